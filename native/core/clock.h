#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <optional>

namespace spanmeter {

// All times in the core are nanoseconds in 64-bit integers: CLOCK_MONOTONIC for instants (the clock behind
// performance.now() on Linux), CPU clocks for what a thread or the process used.
using Nanos = int64_t;

constexpr Nanos kMicrosecond = 1'000;
constexpr Nanos kMillisecond = 1'000'000;
constexpr Nanos kSecond = 1'000'000'000;

constexpr double to_ms(Nanos duration) {
  return static_cast<double>(duration) / static_cast<double>(kMillisecond);
}

inline timespec to_timespec(Nanos t) {
  return {static_cast<time_t>(t / kSecond), static_cast<long>(t % kSecond)};
}

// Empty when the clock does not exist: its thread is gone or belongs to another process.
inline std::optional<Nanos> read_clock(clockid_t id) {
  timespec ts;
  if (clock_gettime(id, &ts) != 0) return std::nullopt;
  return static_cast<Nanos>(ts.tv_sec) * kSecond + ts.tv_nsec;
}

inline Nanos monotonic_now() {
  return read_clock(CLOCK_MONOTONIC).value_or(0);
}

// The CPU clock of any thread of this process, by its kernel thread id. Reading it books the pending time of
// a thread that is running right now, so it is exact to the nanosecond; the encoding is the kernel's
// CPUCLOCK_PERTHREAD ABI.
inline clockid_t thread_cpu_clock(pid_t tid) {
  return static_cast<clockid_t>((~static_cast<uint32_t>(tid) << 3) | 6);
}

}  // namespace spanmeter
