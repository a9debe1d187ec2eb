#include "gap_witness.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "../sources/usage.h"

namespace spanmeter {

namespace {
// The two clocks are read in turn: what comes between makes the difference larger, never smaller.
Nanos slept_by_machine() {
  Nanos least = std::numeric_limits<Nanos>::max();
  for (int i = 0; i < 3; i++) {
    const Nanos monotonic = monotonic_now();
    least = std::min(least, read_clock(CLOCK_BOOTTIME).value_or(0) - monotonic);
  }
  return least;
}
}  // namespace

GapWitness::GapWitness(Cgroup& cgroup)
    : cgroup_(cgroup),
      limited_(cgroup.limits().cpu_limit.has_value()),
      run_delay_(static_cast<pid_t>(syscall(SYS_gettid))) {
  last_ = sight();
  throttled_ = throttled();
}

GapWitness::Sight GapWitness::sight() {
  const int64_t switches = read_usage(RUSAGE_THREAD).value_or(Usage{}).voluntary_switches;
  return {slept_by_machine(), run_delay_.read().value_or(0), switches - sleeps_};
}

void GapWitness::look(Nanos now) {
  if (now - looked_at_ < kInterval) return;
  looked_at_ = now;
  last_ = sight();
  throttled_ = throttled();
}

Cause GapWitness::explain(Nanos due, Nanos now, Nanos process) {
  if (now - due < kWorthALook) {
    look(now);
    return Cause::kUnknown;
  }
  const Sight before = last_;
  last_ = sight();
  looked_at_ = now;
  GapEvidence evidence;
  evidence.length = now - due;
  evidence.suspended = last_.boot - before.boot;
  evidence.run_delay = last_.run_delay - before.run_delay;
  evidence.halts = last_.halts - before.halts;
  evidence.process_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0) - process;
  if (limited_) {
    const Nanos earlier = throttled_;
    throttled_ = throttled();
    evidence.throttled = throttled_ - earlier;
  }
  return classify(evidence);
}

}  // namespace spanmeter
