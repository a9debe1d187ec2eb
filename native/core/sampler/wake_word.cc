#include "wake_word.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace spanmeter {

namespace {
// Where the kernel does not let the thread wait to be woken, it looks around after so long.
constexpr Nanos kNap = 10 * kMillisecond;
}  // namespace

long WakeWord::wake_sleeper() {
  return syscall(SYS_futex, &word_, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
}

void WakeWord::sleep(uint32_t ticket, Nanos until) {
  // Whoever cannot be woken must not sleep for ever. Nobody sleeps now, so that this wakes nobody.
  if (!can_be_woken_) can_be_woken_ = wake_sleeper() >= 0;
  const timespec deadline = to_timespec(until);  // absolute, CLOCK_MONOTONIC
  if (*can_be_woken_) {
    // Any return is a reason to look around: time-out, wake-up, a signal (EINTR) or a word that moved on
    // (EAGAIN).
    const long result = syscall(SYS_futex, &word_, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, ticket,
                                until == kForever ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
    if (result == 0 || errno == ETIMEDOUT || errno == EINTR || errno == EAGAIN) return;
  }
  const timespec nap = to_timespec(std::min(until, monotonic_now() + kNap));
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &nap, nullptr);
}

void WakeWord::wake() {
  word_.fetch_add(1,
                  std::memory_order_release);  // pairs with ticket(): what was announced before is seen after
  // What is refused once may be granted the next time.
  for (int attempt = 0; attempt < 3 && wake_sleeper() < 0; attempt++) {
  }
}

}  // namespace spanmeter
