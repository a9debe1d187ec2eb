#pragma once

#include <cstddef>
#include <cstdint>

#include "../clock.h"

namespace spanmeter {

// What is asked of one series: from when to when, and what is known beyond its rows. A row given here has the
// width of the series and may be null.
struct SeriesQuery {
  Nanos from;
  Nanos to;
  const int64_t* start = nullptr;  // exact values at `from`
  const int64_t* end = nullptr;    // exact values at `to`
  const int64_t* now = nullptr;    // values read after the newest row, for a window without exact end
  // The column that holds the covered time, if the series has one, and the period in force. Its value at the
  // rows given here need not be set.
  size_t covered_column = 0;
  Nanos period = 0;
  // How much the rate's counter may be off in the rows given here.
  Nanos start_unsure = 0, end_unsure = 0, now_unsure = 0;
  int cores = 0;  // that the counter is of; 0: no matter
};

}  // namespace spanmeter
