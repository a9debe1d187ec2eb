#pragma once

#include <cstdint>
#include <optional>

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

  // Without what could not be read.
  struct Sight {
    std::optional<Nanos> boot;  // CLOCK_BOOTTIME minus CLOCK_MONOTONIC
    std::optional<Nanos> run_delay;
    std::optional<int64_t> halts;
    std::optional<Nanos> throttled;  // only where a CPU quota limits
  };
  Sight sight();
  bool is_limited();

  Cgroup& cgroup_;
  std::optional<bool> limited_;  // by a CPU quota, as of when that was first known
  RunDelay run_delay_;
  int64_t sleeps_ = 0;
  Sight last_;
  Nanos looked_at_ = 0;
};

}  // namespace spanmeter
