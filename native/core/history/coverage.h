#pragma once

#include "../clock.h"

namespace spanmeter {

// How much of the time between two neighbouring samples counts as sampled at the full rate. A late or single
// missed tick leaves no hole; across a longer gap the sample on the right vouches for the last period only.
inline Nanos covered_part(Nanos interval, Nanos period) {
  return interval <= 3 * period ? interval : period;
}

}  // namespace spanmeter
