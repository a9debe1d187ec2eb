#pragma once

#include <cstddef>
#include <vector>

#include "../history/edge.h"
#include "../history/history.h"
#include "../sources/source.h"
#include "window.h"

namespace spanmeter {

// One series of a plot; NaN where nothing is known.
struct Column {
  std::vector<double> avg, min, max;
};

// A window as points for a plot. Each point stands for the time since the one before it, the first for the
// time since the window's start.
struct Columns {
  std::vector<Nanos> time;
  Column cpu;     // % of one core
  Column thread;  // % of one core
  Column memory;  // bytes
};

// At most `max_points` points, each the fold of as many samples as it takes.
Columns columns(const WindowQuery& query, size_t max_points, const ProcessHistory& process,
                const ThreadHistory* thread);

}  // namespace spanmeter
