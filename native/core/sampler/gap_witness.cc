#include "gap_witness.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "../sources/usage.h"

namespace spanmeter {

namespace {
// The two clocks are read in turn: what comes between makes the difference larger, never smaller.
std::optional<Nanos> slept_by_machine() {
  std::optional<Nanos> least;
  for (int i = 0; i < 3; i++) {
    const Nanos monotonic = monotonic_now();
    const std::optional<Nanos> boot = read_clock(CLOCK_BOOTTIME);
    if (boot && (!least || *boot - monotonic < *least)) least = *boot - monotonic;
  }
  return least;
}

// By how much something grew; 0 where one of the two is not known, which is no evidence.
int64_t growth(std::optional<int64_t> from, std::optional<int64_t> to) {
  return from && to ? *to - *from : 0;
}
}  // namespace

GapWitness::GapWitness(Cgroup& cgroup)
    : cgroup_(cgroup), run_delay_(static_cast<pid_t>(syscall(SYS_gettid))) {
  last_ = sight();
}

bool GapWitness::is_limited() {
  if (!limited_) {
    const CgroupLimits limits = cgroup_.limits();
    if (limits.cpu_known) limited_ = limits.cpu_limit.has_value();
  }
  return limited_.value_or(false);
}

GapWitness::Sight GapWitness::sight() {
  Sight sight;
  sight.boot = slept_by_machine();
  sight.run_delay = run_delay_.read();
  if (const auto usage = read_usage(RUSAGE_THREAD)) sight.halts = usage->voluntary_switches - sleeps_;
  if (!is_limited()) return sight;
  if (const auto throttling = cgroup_.throttling()) sight.throttled = throttling->throttled;
  return sight;
}

void GapWitness::look(Nanos now) {
  if (now - looked_at_ < kInterval) return;
  looked_at_ = now;
  last_ = sight();
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
  evidence.suspended = growth(before.boot, last_.boot);
  evidence.run_delay = growth(before.run_delay, last_.run_delay);
  evidence.halts = growth(before.halts, last_.halts);
  evidence.throttled = growth(before.throttled, last_.throttled);
  // Where that is not known, a stop is not told from a thread that had the CPU.
  evidence.process_cpu =
      growth(process, read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(process + evidence.length));
  return classify(evidence);
}

}  // namespace spanmeter
