#pragma once

#include <cstddef>
#include <vector>

#include "wake_loop.h"

namespace spanmeter::bench {

// Work whose time is known: spins in bursts and keeps a log of them. Its own CPU clock, read at each edge,
// reports whether it really ran throughout, and what waking up and falling asleep cost in between.
struct Burst {
  Nanos begin, end;          // CLOCK_MONOTONIC
  Nanos cpu_begin, cpu_end;  // CPU of the thread so far
};

// `plan`: how long to sleep and to spin in turn. The bursts lie on absolute times, so that they never drift.
inline std::vector<Burst> burn(const std::vector<Nanos>& plan) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  std::vector<Burst> bursts;
  bursts.reserve(plan.size() / 2);
  Nanos next = monotonic_now();
  for (size_t i = 0; i + 1 < plan.size(); i += 2) {
    next += plan[i];
    sleep_until(next);
    next += plan[i + 1];
    Burst burst{};
    // The wall clock innermost: whoever is late between the two readings is seen to have lost CPU, not gained
    // it.
    burst.cpu_begin = own_cpu();
    burst.begin = monotonic_now();
    while (monotonic_now() < next) {
    }
    burst.end = monotonic_now();
    burst.cpu_end = own_cpu();
    bursts.push_back(burst);
  }
  return bursts;
}

}  // namespace spanmeter::bench
