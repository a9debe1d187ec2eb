#include "collector.h"

#include <algorithm>
#include <cerrno>

#include "../history/coverage.h"
#include "../history/rows.h"

namespace spanmeter {

namespace {
// A source that failed is tried again after this long.
constexpr Nanos kRetryAfter = kSecond;
}  // namespace

Collector::Collector(Published& published, Nanos own_cpu, const Usage& own_usage)
    : published_(published), earlier_cpu_(own_cpu), earlier_usage_(own_usage) {}

Nanos Collector::own_cpu() const {
  return earlier_cpu_ + read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(0);
}

Usage Collector::own_usage() const {
  return earlier_usage_ + read_usage(RUSAGE_THREAD).value_or(Usage{});
}

void Collector::report(Source source, int error) {
  published_.errors[static_cast<size_t>(source)].store(error, std::memory_order_relaxed);
}

// All clocks as of the middle of the time it took to read them. The first reading may have been cut in two by
// the scheduler; the second is taken as it is.
Collector::Clocks Collector::read_clocks(Nanos period) {
  const Nanos tolerated = std::max(period / 20, 20 * kMicrosecond);
  for (int attempt = 0;; attempt++) {
    const Nanos before = monotonic_now();
    threads_.refresh(before);
    const Nanos process = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
    const Nanos own = own_cpu();
    const Nanos after = monotonic_now();
    if (after - before <= tolerated || attempt == 1) return {before + (after - before) / 2, process, own};
  }
}

void Collector::collect(const Plan& plan) {
  const Clocks clocks = read_clocks(plan.size.period);
  if (clocks.time <= last_time_) return;  // time in a series grows
  collect_clocks(plan, clocks);
  if (contains(plan.sources, Source::kMemory) && clocks.time >= memory_due_)
    collect_memory(plan, clocks.time);
  if (contains(plan.sources, Source::kFaults)) collect_usage(plan, clocks.time);
  if (contains(plan.sources, Source::kSchedstat) && clocks.time >= wait_due_) collect_wait(plan, clocks.time);
}

void Collector::collect_clocks(const Plan& plan, const Clocks& clocks) {
  if (last_time_ != 0) covered_ += covered_part(clocks.time - last_time_, plan.size.period);
  last_time_ = clocks.time;
  const int64_t row[ProcessRow::kWidth] = {clocks.time, covered_, clocks.process - clocks.own, clocks.own};
  plan.process->process->append(row);
  for (const auto& thread : plan.threads) {
    const std::optional<Nanos> cpu = threads_.cpu(thread->tid);
    if (!cpu) continue;
    const int64_t thread_row[ThreadRow::kWidth] = {clocks.time, *cpu};
    thread->cpu->append(thread_row);
  }
  published_.set_active(threads_.active());
  report(Source::kThreads, threads_.error());
}

void Collector::collect_memory(const Plan& plan, Nanos now) {
  const std::optional<int64_t> resident = resident_.read();
  report(Source::kMemory, resident_.error());
  memory_due_ = now + (resident ? kMemoryInterval : kRetryAfter);
  if (!resident) return;
  int64_t peak = 0;
  read_usage(RUSAGE_SELF, &peak);
  const int64_t row[MemoryRow::kWidth] = {now, *resident, std::max(peak, *resident)};
  plan.process->memory->append(row);
}

void Collector::collect_usage(const Plan& plan, Nanos now) {
  const Usage own = own_usage();
  published_.set_own_usage(own);  // each tick: an edge that subtracts it must not be ten ticks behind
  if (now < usage_due_) return;
  usage_due_ = now + kUsageInterval;
  const std::optional<Usage> all = read_usage(RUSAGE_SELF);
  report(Source::kFaults, all ? 0 : errno);
  if (!all) return;
  const Usage usage = *all - own;
  const int64_t row[UsageRow::kWidth] = {now, usage.minor_faults, usage.major_faults,
                                         usage.voluntary_switches, usage.involuntary_switches};
  plan.process->usage->append(row);
}

void Collector::collect_wait(const Plan& plan, Nanos now) {
  wait_due_ = now + kWaitInterval;
  std::erase_if(run_delays_, [&](const auto& entry) { return plan.thread(entry.first) == nullptr; });
  for (const auto& thread : plan.threads) {
    RunDelay& source = run_delays_.try_emplace(thread->tid, thread->tid).first->second;
    const std::optional<Nanos> delay = source.read();
    report(Source::kSchedstat, source.error());
    if (!delay) {
      wait_due_ = now + kRetryAfter;
      continue;
    }
    const int64_t row[WaitRow::kWidth] = {now, *delay};
    thread->wait->append(row);
  }
}

}  // namespace spanmeter
