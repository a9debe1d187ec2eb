#pragma once

#include <sys/prctl.h>

#include <atomic>
#include <cstdint>

#include "../../native/core/clock.h"

namespace spanmeter::bench {

inline Nanos own_cpu() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(0);
}

inline void sleep_until(Nanos time) {
  const timespec until = to_timespec(time);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

// What the most frugal sampler there could be would do: wake up on an absolute grid and read nothing. Its
// cost is the floor of this machine, and the ticks that it misses are missed by anyone.
struct WakeLoop {
  int64_t due = 0;    // ticks of the grid so far
  int64_t taken = 0;  // of these, the loop was awake for; a tick that passed is let go, not made up for
  Nanos cpu = 0;      // of the calling thread

  void run(Nanos period, Nanos duration, const std::atomic<bool>* stop = nullptr) {
    prctl(PR_SET_TIMERSLACK, 1UL);
    const Nanos begin = monotonic_now();
    const Nanos used = own_cpu();
    for (int64_t tick = 1; tick * period <= duration && !(stop && stop->load());) {
      sleep_until(begin + tick * period);
      taken++;
      due = (monotonic_now() - begin) / period;
      tick = due + 1;
    }
    cpu = own_cpu() - used;
  }
};

}  // namespace spanmeter::bench
