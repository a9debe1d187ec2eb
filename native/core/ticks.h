#pragma once

#include <limits>

#include "clock.h"

namespace spanmeter {

// A counter of the CPU that takes a few nanoseconds to read, a third of what CLOCK_MONOTONIC takes. It runs
// evenly for a while; nobody promises its rate, nor that it survives the move of a virtual machine.
using Ticks = int64_t;

inline Ticks ticks_now() {
#if defined(__x86_64__)
  return static_cast<Ticks>(__builtin_ia32_rdtsc());
#elif defined(__aarch64__)
  Ticks ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return monotonic_now();
#endif
}

// CLOCK_MONOTONIC and the ticks at about the same moment. Of several readings the one that took the fewest
// ticks: a thread may lose its CPU between two clocks, for milliseconds.
struct Moment {
  Nanos time;
  Ticks ticks;
};
template <typename ReadTime, typename ReadTicks>
Moment read_moment(ReadTime time, ReadTicks ticks) {
  Moment best{};
  Ticks narrowest = std::numeric_limits<Ticks>::max();
  for (int i = 0; i < 5; i++) {
    const Ticks before = ticks();
    const Nanos now = time();
    const Ticks width = ticks() - before;
    if (width < 0 || width >= narrowest) continue;
    narrowest = width;
    best = {now, before + width / 2};
  }
  return best;
}

// About how many nanoseconds a tick takes, to some thousandths. Spins for 50 us.
template <typename ReadTime, typename ReadTicks>
double measure_tick(ReadTime time, ReadTicks ticks) {
  const Moment begin = read_moment(time, ticks);
  while (time() - begin.time < 50 * kMicrosecond) {
  }
  const Moment end = read_moment(time, ticks);
  const Ticks passed = end.ticks - begin.ticks;
  return passed > 0 ? static_cast<double>(end.time - begin.time) / static_cast<double>(passed) : 1;
}
inline double measure_tick() {
  return measure_tick(monotonic_now, ticks_now);
}

}  // namespace spanmeter
