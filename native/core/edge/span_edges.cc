#include "span_edges.h"

#include <algorithm>

#include "../history/rows.h"
#include "waiting.h"

namespace spanmeter {

namespace {
// Whether the samples say what the threads other than this one used.
bool sampled(const Plan& plan, const ThreadHistory* thread) {
  return thread != nullptr && thread->cpu->rows().head() > 0 && plan.process->process->rows().head() > 0;
}
}  // namespace

SpanEdges::SpanEdges(EdgeReader& reader, OwnCpuClock& clock, int cores)
    : reader_(reader), clock_(clock), cores_(cores) {}

void SpanEdges::add_limit(double share) {
  limits_.insert(share);
  budget_.limit(limits_.contains(0) ? 0 : *limits_.rbegin());
}

void SpanEdges::remove_limit(double share) {
  limits_.erase(limits_.find(share));
  if (!limits_.empty()) budget_.limit(limits_.contains(0) ? 0 : *limits_.rbegin());
}

// What is known without the other threads.
Edge SpanEdges::own(const Sampler& sampler, const Plan& plan, SourceSet sources, Ticks now) {
  affordable_ = budget_.affords(clock_.time_at(now));
  if (affordable_ || clock_.out_of_date(now)) {
    const Ticks begin = ticks_now();
    clock_.check(now);
    budget_.charge(clock_.to_nanos(ticks_now() - begin));
    read_++;
  } else {
    derived_++;
  }
  Edge edge;
  const bool known = !clock_.out_of_date(now);
  edge.time = known ? clock_.time_at(now) : monotonic_now();
  if (known) edge.thread = clock_.cpu_at(now);
  edge.sampler = sampler.published().own_cpu.load(std::memory_order_relaxed);
  edge.unsure = 0;
  if (contains(sources, Source::kMemory)) edge.resident = resident(sampler, plan, edge.time);
  if (contains(sources, Source::kSchedstat)) edge.runDelay = run_delay();
  return edge;
}

Edge SpanEdges::start(const Sampler& sampler, const Plan& plan, const What& what) {
  const Ticks now = ticks_now();
  Edge edge = own(sampler, plan, what.sources, now);
  if (what.details && affordable_) read_details(sampler, what, edge);
  // Nothing will be known later of a moment before the first sample.
  if (!sampled(plan, plan.thread(reader_.tid()).get())) read_process(sampler, edge);
  return edge;
}

Edge SpanEdges::end(const Sampler& sampler, const Plan& plan, const What& what, Edge& start) {
  const Ticks now = ticks_now();
  Edge edge = own(sampler, plan, what.sources, now);
  const ThreadHistory* thread = plan.thread(reader_.tid()).get();
  const bool derivable = sampled(plan, thread);
  if (!derivable || (affordable_ && others_run(*plan.process, *thread))) read_process(sampler, edge);
  if (what.details && affordable_) read_details(sampler, what, edge);
  leave_out_earlier_waits(start, edge);
  resolve(plan, thread, start, edge);
  return edge;
}

// The others at both edges, and with them what the process used.
void SpanEdges::resolve(const Plan& plan, const ThreadHistory* thread, Edge& start, Edge& end) {
  if (thread == nullptr || start.thread == kMissing || end.thread == kMissing) return;
  const ProcessHistory& process = *plan.process;
  std::optional<Nanos> others_end;
  if (end.cpu != kMissing) {
    others_end = end.cpu - end.thread;
  } else {
    others_end = others_.after(process, *thread, end.time, end.thread, cores_);
  }
  if (!others_end) return;
  // Where the start was read, the newest sample may be of before, and published late.
  if (start.cpu != kMissing) others_end = std::max(*others_end, start.cpu - start.thread);
  end.cpu = end.thread + *others_end;
  if (start.cpu != kMissing) return;
  const Nanos newest = process.process->rows().newest_time();
  std::optional<Nanos> others_start = others_at(process, *thread, start.time);
  if (!others_start) return;
  if (newest < start.time && end.time > newest) {
    // Between the newest sample and the end, as if they went on evenly.
    const double share = static_cast<double>(start.time - newest) / static_cast<double>(end.time - newest);
    const double grown = static_cast<double>(std::max<Nanos>(0, *others_end - *others_start));
    others_start = *others_start + static_cast<Nanos>(share * grown);
  }
  // What is beyond all cores was used before the start, by threads of which no sample knows yet.
  const Nanos most = cores_ * (end.time - start.time) - (end.thread - start.thread);
  others_start = std::max(*others_start, *others_end - std::max<Nanos>(0, most));
  start.cpu = start.thread + std::min(*others_start, *others_end);
}

// Reads what the samples cannot say.
void SpanEdges::read_process(const Sampler& sampler, Edge& edge) {
  const Ticks begin = ticks_now();
  Edge read;
  reader_.read_clocks(sampler, read);
  // The thread's own part is what its clock says at the edge.
  const bool known = edge.thread != kMissing && read.cpu != kMissing && read.thread != kMissing;
  if (known) edge.cpu = edge.thread + (read.cpu - read.thread);
  if (read.sampler != kMissing) edge.sampler = read.sampler;
  edge.unsure = read.unsure;
  budget_.charge(clock_.to_nanos(ticks_now() - begin));
}

void SpanEdges::read_details(const Sampler& sampler, const What& what, Edge& edge) {
  const Ticks begin = ticks_now();
  if (contains(what.sources, Source::kFaults)) reader_.read_usage(sampler.published(), edge);
  if (contains(what.sources, Source::kIo)) reader_.read_io(edge);
  if (contains(what.sources, Source::kNetwork)) reader_.read_network(edge);
  budget_.charge(clock_.to_nanos(ticks_now() - begin));
}

// Grows only while the thread is away; shorter absences than the clock can show count once they add up.
Nanos SpanEdges::run_delay() {
  const bool was_away = clock_.away() - away_then_ > clock_.apart();
  if (run_delay_known_ != kMissing && !was_away) return run_delay_known_;
  if (!affordable_ && run_delay_known_ != kMissing) return run_delay_known_;
  const Ticks begin = ticks_now();
  Edge edge;
  reader_.read_run_delay(edge);
  run_delay_known_ = edge.runDelay;
  away_then_ = clock_.away();
  budget_.charge(clock_.to_nanos(ticks_now() - begin));
  return run_delay_known_;
}

// That of the last sample, unless the sampler has been parked since.
int64_t SpanEdges::resident(const Sampler& sampler, const Plan& plan, Nanos now) {
  const Series& rows = plan.process->memory->rows();
  const uint64_t head = rows.head();
  const Nanos period = sampler.published().period.load(std::memory_order_relaxed);
  const Nanos usual = 2 * std::max(kMemoryInterval, period);
  if (head > 0 && (!affordable_ || now - rows.newest_time() <= usual)) {
    return rows.word(head - 1, MemoryRow::kResident);
  }
  const Ticks begin = ticks_now();
  Edge edge;
  reader_.read_memory(edge);
  budget_.charge(clock_.to_nanos(ticks_now() - begin));
  return edge.resident;
}

}  // namespace spanmeter
