#pragma once

#include "../core/history/edge.h"
#include "environment.h"

namespace spanmeter {

// An edge as it crosses the border, kEdgeLength numbers: its time in the thread's own milliseconds, then its
// counters, NaN for one that the machine does not report.
void store(const Environment& environment, const Edge& edge, double* out);
Edge load(const Environment& environment, const double* in);

}  // namespace spanmeter
