#include "asking_thread.h"

namespace spanmeter {

const CgroupLimits& AskingThread::limits(Nanos now) {
  constexpr Nanos kAge = 10 * kSecond, kRetryAfter = kSecond;
  if (now >= limits_due_) {
    limits_ = cgroup_.limits();
    limits_due_ = now + (limits_.cpu_known ? kAge : kRetryAfter);
  }
  return limits_;
}

}  // namespace spanmeter
