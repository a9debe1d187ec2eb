#pragma once

#include <algorithm>

#include "../clock.h"

namespace spanmeter {

// Ticks at origin + k * period, in whole nanoseconds, so that they never drift. Ticks that passed while
// nobody was there to take them are skipped and counted; there is no burst to catch up.
class TickGrid {
 public:
  TickGrid(Nanos origin, Nanos period) : period_(period), due_(origin) {}

  Nanos period() const { return period_; }
  // The tick to be taken next.
  Nanos due() const { return due_; }

  // The tick that was due has been taken at `now`: moves on to the first tick after it and returns how many
  // passed in between without being taken.
  //
  // A tick that follows a late sample within a quarter of a period is let go as well: over so short a time
  // the error of reading the clocks would show as a spike.
  int64_t advance(Nanos now) {
    const int64_t missed = std::max<int64_t>(0, (now - due_ + period_ / 4) / period_);
    due_ += (missed + 1) * period_;
    return missed;
  }

 private:
  Nanos period_;
  Nanos due_;
};

}  // namespace spanmeter
