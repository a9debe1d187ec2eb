#pragma once

#include "clock.h"

namespace spanmeter {

// What something usually takes, moved a little towards what it took now: about the median of late, so that it
// follows a machine that became slower, and caches that are cold at each tick.
constexpr Nanos usual_after(Nanos usual, Nanos took) {
  constexpr int kSlowness = 16;
  const Nanos step = usual / kSlowness;
  return took > usual ? usual + step + 1 : usual - step;
}

}  // namespace spanmeter
