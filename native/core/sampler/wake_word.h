#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "../clock.h"

namespace spanmeter {

// Puts one thread to sleep until an instant or until another thread wakes it, whichever comes first. A futex:
// one system call a sleep, like clock_nanosleep, but interruptible, so that a stop or a shorter period need
// not wait for a period of a minute to pass.
class WakeWord {
 public:
  static constexpr Nanos kForever = std::numeric_limits<Nanos>::max();

  // To be taken before looking at whatever wake() announces; a wake() after it makes sleep() return at once.
  uint32_t ticket() const { return word_.load(std::memory_order_acquire); }
  void sleep(uint32_t ticket, Nanos until);
  void wake();

 private:
  long wake_sleeper();

  std::atomic<uint32_t> word_{0};
  std::optional<bool> can_be_woken_;  // by other threads; of the one that sleeps
  static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "the kernel looks at the bare word");
};

}  // namespace spanmeter
