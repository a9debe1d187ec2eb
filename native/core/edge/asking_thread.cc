#include "asking_thread.h"

namespace spanmeter {

const CgroupLimits& AskingThread::limits(Nanos now) {
  constexpr Nanos kAge = 10 * kSecond;
  if (now >= limits_due_) {
    limits_ = cgroup_.limits();
    limits_due_ = now + kAge;
  }
  return limits_;
}

}  // namespace spanmeter
