#pragma once

#include "burner.h"

namespace spanmeter {

// Waits until something is so. How long that takes is the machine's affair; in half a minute even a busy one
// gets there. It is looked at after each `pause`.
template <typename Condition>
bool eventually(Condition condition, Nanos pause = kMillisecond) {
  const Nanos end = monotonic_now() + 30 * kSecond;
  while (!condition()) {
    if (monotonic_now() > end) return false;
    sleep_for(pause);
  }
  return true;
}

}  // namespace spanmeter
