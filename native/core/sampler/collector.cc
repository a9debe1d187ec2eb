#include "collector.h"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "../history/coverage.h"
#include "../history/precision.h"
#include "../history/rows.h"
#include "../sources/cores.h"

namespace spanmeter {

namespace {
// Cores may be added while the process runs: so often they are counted at the most.
constexpr Nanos kCountCoresAfter = kSecond;

// A source that failed is tried again after this long.
constexpr Nanos kRetryAfter = kSecond;
}  // namespace

Collector::Collector(Published& published, Nanos own_cpu, const Usage& own_usage)
    : published_(published),
      earlier_cpu_(own_cpu),
      earlier_usage_(own_usage),
      admission_(available_cores()),
      last_own_(own_cpu),
      last_usage_(own_usage) {
  for (int i = 0; i < 3; i++) {
    if (const auto reading = process_.read()) admission_.learn(*reading);
  }
}

Usage Collector::own_usage() const {
  return read_own_usage().value_or(last_usage_);
}

std::optional<Usage> Collector::read_own_usage() const {
  const std::optional<Usage> own = read_usage(RUSAGE_THREAD);
  return own ? std::optional(earlier_usage_ + *own) : std::nullopt;
}

bool Collector::due(const Plan& plan, Source source, Nanos now) const {
  return contains(plan.sources, source) && now >= due_[static_cast<size_t>(source)];
}

void Collector::done(Source source, int error, Nanos now, Nanos interval) {
  published_.errors[static_cast<size_t>(source)].store(error, std::memory_order_relaxed);
  due_[static_cast<size_t>(source)] = now + (error == 0 ? interval : kRetryAfter);
}

std::optional<Collector::Clocks> Collector::read_clocks() {
  const std::optional<ProcessReading> process = process_.read();
  if (!process) return std::nullopt;
  last_own_ = earlier_cpu_ + process->own;
  published_.own_cpu.store(last_own_, std::memory_order_relaxed);
  return Clocks{*process, last_own_};
}

Admission::Verdict Collector::collect(const Plan& plan, Nanos period) {
  const Nanos now = monotonic_now();
  if (due(plan, Source::kMemory, now)) collect_memory(plan, now);
  if (due(plan, Source::kSchedstat, now)) collect_wait(plan, now);
  if (due(plan, Source::kIo, now)) collect_io(plan, now);
  if (due(plan, Source::kNetwork, now)) collect_network(plan, now);
  if (due(plan, Source::kCgroup, now)) collect_cgroup(plan, now);
  collect_usage(plan, now);
  return collect_clocks(plan, period);
}

// A reading that was cut in two is taken again, but not for ever.
Admission::Verdict Collector::collect_clocks(const Plan& plan, Nanos period) {
  constexpr int kAttempts = 3;
  Admission::Verdict verdict = Admission::Verdict::kUnread;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const std::optional<Clocks> clocks = read_clocks();
    if (!clocks) break;
    verdict = admission_.judge(clocks->process, clocks->used(), period, attempt > 0);
    if (verdict == Admission::Verdict::kTooSoon) look_for_cores(clocks->process.time);
    if (verdict == Admission::Verdict::kSample) append(plan, *clocks, period);
    if (verdict != Admission::Verdict::kCut) break;
  }
  done(Source::kThreads, process_.error(), last_time_, 0);
  return verdict;
}

// More may have been used than there were when they were counted. The next reading is judged by what there
// is.
void Collector::look_for_cores(Nanos now) {
  if (now < cores_due_) return;
  cores_due_ = now + kCountCoresAfter;
  count_cores();
  admission_.cores(available_cores());
}

void Collector::append(const Plan& plan, const Clocks& clocks, Nanos period) {
  const Nanos time = clocks.process.time;
  const Nanos interval = time - last_time_;
  if (last_time_ != 0) covered_ += covered_part(interval, period);
  last_time_ = time;
  last_process_ = clocks.process.process;
  const ThreadClocks& threads = process_.threads();
  for (const auto& thread : plan.threads) {
    std::optional<Nanos> cpu = threads.cpu(thread->tid);
    if (!cpu) cpu = read_clock(thread_cpu_clock(thread->tid));  // where threads cannot be listed
    if (!cpu) continue;
    const Series& rows = thread->cpu->rows();
    if (const uint64_t n = rows.head(); n > 0) {
      const Nanos before = rows.word(n - 1, ThreadRow::kCpu);
      if (!gives_rate(time - rows.time(n - 1), *cpu - before, {0, 1})) continue;
    }
    const int64_t thread_row[ThreadRow::kWidth] = {time, *cpu};
    thread->cpu->append(thread_row);
  }
  // Last: whoever finds it finds what the threads had of it.
  const int64_t row[ProcessRow::kWidth] = {time, covered_, clocks.used()};
  plan.process->append_process(row);
}

void Collector::collect_memory(const Plan& plan, Nanos now) {
  const std::optional<int64_t> resident = resident_.read();
  done(Source::kMemory, resident_.error(), now, kMemoryInterval);
  if (!resident) return;
  if (memory_time_ != 0) {
    const double mean = static_cast<double>(last_resident_ + *resident) / 2;
    const double area = mean * static_cast<double>(now - memory_time_) / MemoryRow::kAreaUnit;
    memory_area_ += std::llround(area);
  }
  memory_time_ = now;
  last_resident_ = *resident;
  const int64_t row[MemoryRow::kWidth] = {now, *resident, memory_area_};
  plan.process->memory->append(row);
}

void Collector::collect_usage(const Plan& plan, Nanos now) {
  // An edge subtracts what this thread did, and must not be ten ticks behind: it switches once a sleep.
  if (now < due_[static_cast<size_t>(Source::kFaults)]) {
    Usage own = last_usage_;
    own.voluntary_switches += witness_.sleep_count() - sleeps_then_;
    published_.set_own_usage(own);
    return;
  }
  int64_t peak = 0;
  const std::optional<Usage> own = read_own_usage();
  const std::optional<Usage> all = own ? read_usage(RUSAGE_SELF, &peak) : std::nullopt;
  done(Source::kFaults, all ? 0 : errno, now, kUsageInterval);
  if (!own) return;
  last_usage_ = *own;
  sleeps_then_ = witness_.sleep_count();
  published_.set_own_usage(*own);
  if (!all) return;
  const Usage usage = *all - *own;
  const int64_t row[UsageRow::kWidth] = {
      now,  usage.minor_faults, usage.major_faults, usage.voluntary_switches, usage.involuntary_switches,
      peak, last_own_};
  plan.process->usage->append(row);
}

void Collector::collect_wait(const Plan& plan, Nanos now) {
  std::erase_if(run_delays_, [&](const auto& entry) { return plan.thread(entry.first) == nullptr; });
  int error = 0;
  const ThreadClocks& threads = process_.threads();
  for (const auto& thread : plan.threads) {
    RunDelay& source = run_delays_.try_emplace(thread->tid, thread->tid).first->second;
    const std::optional<Nanos> delay = source.read();
    // One that has ended is in the plan where there was no memory for another.
    const auto has_ended = [&] { return threads.error() == 0 && !threads.cpu(thread->tid); };
    if (source.error() != 0 && !has_ended()) error = source.error();
    if (!delay) continue;
    const int64_t row[WaitRow::kWidth] = {now, *delay};
    thread->wait->append(row);
  }
  done(Source::kSchedstat, error, now, kWaitInterval);
}

void Collector::collect_io(const Plan& plan, Nanos now) {
  const std::optional<IoBytes> bytes = io_.read();
  done(Source::kIo, io_.error(), now, kIoInterval);
  if (!bytes) return;
  const int64_t row[IoRow::kWidth] = {now, bytes->read, bytes->written};
  plan.process->io->append(row);
}

void Collector::collect_network(const Plan& plan, Nanos now) {
  const std::optional<NetworkBytes> bytes = network_.read();
  done(Source::kNetwork, network_.error(), now, kNetworkInterval);
  if (!bytes) return;
  const int64_t row[NetworkRow::kWidth] = {now, bytes->received, bytes->transmitted};
  plan.process->network->append(row);
}

void Collector::collect_cgroup(const Plan& plan, Nanos now) {
  const std::optional<CgroupThrottling> throttling = cgroup_.throttling();
  done(Source::kCgroup, cgroup_.error(), now, kCgroupInterval);
  if (!throttling) return;
  const int64_t row[CgroupRow::kWidth] = {now, throttling->throttled};
  plan.process->cgroup->append(row);
}

}  // namespace spanmeter
