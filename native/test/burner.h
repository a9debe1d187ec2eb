#pragma once

// Ground truth: work whose cost is known by the thread's own CPU clock, whatever the scheduler does to it.

#include <thread>

#include "../core/clock.h"

namespace spanmeter {

inline Nanos own_cpu() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(0);
}

// Spins until the calling thread has used this much CPU; returns what it really used.
inline Nanos burn(Nanos cpu) {
  const Nanos begin = own_cpu();
  while (own_cpu() - begin < cpu) {
  }
  return own_cpu() - begin;
}

// Writes one byte to each page. Without instrumentation: a sanitizer's shadow memory must not be touched
// along.
__attribute__((noinline, no_sanitize("thread", "address"))) inline void touch(char* memory, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 4096) static_cast<volatile char*>(memory)[i] = 1;
}

inline void sleep_for(Nanos time) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(time));
}

}  // namespace spanmeter
