#pragma once

#include "../clock.h"
#include "../history/edge.h"
#include "window_stats.h"

namespace spanmeter {

// The essentials of a window in which no sample was taken: its two edges are all there is to know. What a
// short span gets, many times a second.
WindowStats unsampled_stats(const Edge& start, const Edge& end, Nanos period, int cores);

}  // namespace spanmeter
