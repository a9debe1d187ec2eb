#pragma once

#include <sys/types.h>

#include <mutex>
#include <optional>

#include "../clock.h"
#include "../sources/thread_clocks.h"

namespace spanmeter {

// CPU time of all sampler threads of this process so far, one after the other: exact to the nanosecond, also
// while one is running.
class SamplerCpu {
 public:
  // Called by a sampler thread, when its life begins and when it ends. Returns what those before it have
  // used.
  Nanos begin(pid_t tid) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tid_ = tid;
    return ended_;
  }
  // `known`: the sum as far as it is known, for where the clock cannot be read.
  void end(Nanos known) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tid_ = 0;
    ended_ = sum(read_clock(CLOCK_THREAD_CPUTIME_ID)).value_or(known);
  }

  // The rest is for any thread.
  bool running() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tid_ != 0;
  }
  // Nothing where its clock cannot be read, as in a process that was forked, which has no such thread.
  std::optional<Nanos> now() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tid_ != 0 ? sum(read_clock(thread_cpu_clock(tid_))) : ended_;
  }
  // As of the moment at which these clocks were read.
  std::optional<Nanos> at(const ThreadClocks& threads) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (tid_ == 0) return ended_;
    const std::optional<Nanos> own = threads.cpu(tid_);
    return sum(own ? own : read_clock(thread_cpu_clock(tid_)));
  }

 private:
  std::optional<Nanos> sum(std::optional<Nanos> own) const {
    return own ? std::optional(ended_ + *own) : own;
  }

  // The clock of the thread is read under the lock as well: one that had ended meanwhile would count twice.
  mutable std::mutex mutex_;
  pid_t tid_ = 0;    // 0 while none runs
  Nanos ended_ = 0;  // of the threads that have ended
};

}  // namespace spanmeter
