#pragma once

#include <algorithm>

#include "../clock.h"

namespace spanmeter {

// What is known of how exact the growth of a CPU clock is over a length of time.
//
// `unsure`: by how much it may be off, because the clocks of several threads are not read at one instant.
// `cores`: how many there are for what is counted; 0 where that does not matter. A growth that they cannot
// have given shows that a clock was off: on virtual machines whose ticks come late, the scheduler's clock
// stands still for a while and then catches up, by up to a millisecond.
struct Precision {
  Nanos unsure = 0;
  int cores = 0;
};

// What of a growth from one reading to another can be reported as a rate: what is beyond all cores was used
// before the first, whose clocks were behind by as much.
constexpr Nanos possible(Nanos growth, Nanos length, int cores) {
  Nanos most = 0;
  // Of more than any number can say nothing is beyond.
  if (cores <= 0 || __builtin_mul_overflow(length, Nanos{cores}, &most)) return growth;
  return std::min(growth, most);
}

// Whether a rate can be known from the growth: to a fiftieth, of one core or of the rate where that is
// higher: in the worst case, of threads that changed places at the least fortunate moments; what is seen is a
// quarter of that. And to a hundredth where it is known to be off.
constexpr bool gives_rate(Nanos length, Nanos growth, const Precision& precision) {
  const Nanos excess = precision.cores > 0 ? growth - possible(growth, length, precision.cores) : 0;
  const Nanos most = std::max(length, growth);
  return precision.unsure <= most / 50 && excess <= most / 100;
}

}  // namespace spanmeter
