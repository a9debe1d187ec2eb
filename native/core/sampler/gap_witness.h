#pragma once

#include <cstdint>

#include "../sources/cgroup.h"
#include "../sources/run_delay.h"
#include "gap.h"

namespace spanmeter {

// Gathers the evidence for gaps. Looks around now and then while all is well, to have something to compare
// with, and once after each gap. Lives on the sampler thread.
class GapWitness {
 public:
  // The cgroup may be read by this thread only.
  explicit GapWitness(Cgroup& cgroup);

  // The thread is about to sleep.
  void sleeps() { sleeps_++; }
  int64_t sleep_count() const { return sleeps_; }
  // All is well. To be called at each tick; looks at most every kInterval.
  void look(Nanos now);
  // Ticks from `due` to `now` were missed; `process` is the clock of the process as of the last sample. For
  // less than kWorthALook nobody asks why: unknown.
  Cause explain(Nanos due, Nanos now, Nanos process);

 private:
  static constexpr Nanos kInterval = 100 * kMillisecond;
  static constexpr Nanos kWorthALook = kMillisecond;

  struct Sight {
    Nanos boot = 0;  // CLOCK_BOOTTIME minus CLOCK_MONOTONIC
    Nanos run_delay = 0;
    int64_t halts = 0;
  };
  Sight sight();
  Nanos throttled() { return limited_ ? cgroup_.throttling().value_or(CgroupThrottling{}).throttled : 0; }

  Cgroup& cgroup_;
  const bool limited_;  // by a CPU quota, as of the start
  RunDelay run_delay_;
  int64_t sleeps_ = 0;
  Sight last_;
  Nanos looked_at_ = 0;
  Nanos throttled_ = 0;  // as of the last look
};

}  // namespace spanmeter
