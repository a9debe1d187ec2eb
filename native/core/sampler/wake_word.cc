#include "wake_word.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spanmeter {

void WakeWord::sleep(uint32_t ticket, Nanos until) {
  const timespec deadline = to_timespec(until);  // absolute, CLOCK_MONOTONIC
  // Any return is a reason to look around: time-out, wake-up, a signal (EINTR) or a word that moved on
  // (EAGAIN).
  syscall(SYS_futex, &word_, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, ticket,
          until == kForever ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void WakeWord::wake() {
  word_.fetch_add(1,
                  std::memory_order_release);  // pairs with ticket(): what was announced before is seen after
  syscall(SYS_futex, &word_, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
}

}  // namespace spanmeter
