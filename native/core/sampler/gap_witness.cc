#include "gap_witness.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "../sources/usage.h"

namespace spanmeter {

GapWitness::GapWitness(Cgroup& cgroup)
    : cgroup_(cgroup),
      limited_(cgroup.limits().cpu_limit.has_value()),
      run_delay_(static_cast<pid_t>(syscall(SYS_gettid))) {
  last_ = sight();
  throttled_ = throttled();
}

GapWitness::Sight GapWitness::sight() {
  const Nanos boot = read_clock(CLOCK_BOOTTIME).value_or(0) - monotonic_now();
  const int64_t switches = read_usage(RUSAGE_THREAD).value_or(Usage{}).voluntary_switches;
  return {boot, run_delay_.read().value_or(0), switches - sleeps_,
          read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0)};
}

void GapWitness::look(Nanos now) {
  if (now - looked_at_ < kInterval) return;
  looked_at_ = now;
  last_ = sight();
  throttled_ = throttled();
}

Cause GapWitness::explain(Nanos due, Nanos now) {
  if (now - due < kWorthALook) return Cause::kUnknown;
  const Sight before = last_;
  last_ = sight();
  looked_at_ = now;
  GapEvidence evidence;
  evidence.length = now - due;
  evidence.suspended = last_.boot - before.boot;
  evidence.run_delay = last_.run_delay - before.run_delay;
  evidence.halts = last_.halts - before.halts;
  evidence.process_cpu = last_.process_cpu - before.process_cpu;
  if (limited_) {
    const Nanos earlier = throttled_;
    throttled_ = throttled();
    evidence.throttled = throttled_ - earlier;
  }
  return classify(evidence);
}

}  // namespace spanmeter
