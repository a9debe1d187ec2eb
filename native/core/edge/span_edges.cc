#include "span_edges.h"

#include <algorithm>

#include "../history/rows.h"
#include "waiting.h"

namespace spanmeter {

namespace {
// Whether the samples say what the threads other than this one had used at a moment. The first one may have
// been taken since.
bool sampled(const Plan& plan, const ThreadHistory* thread, Nanos time) {
  return thread != nullptr && reaches_back(*plan.process, *thread, time);
}

// Whether the newest sample is so old that it does not say whether others run now: the sampler was parked,
// lacks a CPU, or was asked for a long period. Where the budget made the period longer than that, edges are
// derived as before: it must not make them dearer.
bool is_stale(const Sampler& sampler, const Plan& plan, const ThreadHistory& thread, Nanos now) {
  constexpr Nanos kFresh = 10 * kMillisecond;  // a tick of the scheduler, at the longest
  const Nanos period = sampler.published().period.load(std::memory_order_relaxed);
  const Nanos usual = period > plan.size.period ? 2 * period : 0;
  return now - newest_of_both(*plan.process, thread) > std::max(kFresh, usual);
}

// What could not be read is tried again after this long.
constexpr Nanos kReadAgainAfter = kSecond;
}  // namespace

SpanEdges::SpanEdges(EdgeReader& reader, OwnCpuClock& clock, int cores)
    : reader_(reader), clock_(clock), cores_(cores) {}

void SpanEdges::add_limit(double share) {
  limits_.insert(share);
  others_ = {};  // of a history that may be gone
  budget_.limit(limits_.contains(0) ? 0 : *limits_.rbegin());
}

void SpanEdges::remove_limit(double share) {
  limits_.erase(limits_.find(share));
  if (!limits_.empty()) budget_.limit(limits_.contains(0) ? 0 : *limits_.rbegin());
}

void SpanEdges::charge(Ticks begin, UsualSpending& usual) {
  budget_.charge(usual.of(clock_.to_nanos(ticks_now() - begin)));
}

// What is known without the other threads.
Edge SpanEdges::own(const Sampler& sampler, const Plan& plan, SourceSet sources, Ticks now) {
  affordable_ = budget_.affords(clock_.time_at(now));
  if (affordable_ || clock_.out_of_date(now)) {
    const Ticks begin = ticks_now();
    clock_.check(now);
    charge(begin, checks_);
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
  if (contains(sources, Source::kSchedstat)) edge.runDelay = run_delay(edge.time);
  return edge;
}

OpenEdge SpanEdges::start(const Sampler& sampler, const Plan& plan, const What& what) {
  const Ticks now = ticks_now();
  OpenEdge edge{own(sampler, plan, what.sources, now)};
  if (what.details && affordable_) read_details(sampler, what, edge);
  // Nothing will be known later of a moment before the first sample, and little of one long after the newest.
  const ThreadHistory* thread = plan.thread(reader_.tid()).get();
  const bool derivable = sampled(plan, thread, edge.time);
  if (!derivable || (affordable_ && is_stale(sampler, plan, *thread, edge.time))) {
    read_process(sampler, edge);
  } else if (edge.thread != kMissing) {
    edge.others = others_.after(*plan.process, *thread, edge.time, edge.thread, cores_).value_or(kMissing);
  }
  return edge;
}

Edge SpanEdges::end(const Sampler& sampler, const Plan& plan, const What& what, OpenEdge& start) {
  const Ticks now = ticks_now();
  Edge edge = own(sampler, plan, what.sources, now);
  const ThreadHistory* thread = plan.thread(reader_.tid()).get();
  const bool derivable = sampled(plan, thread, edge.time);
  const auto others_may_run = [&] {
    return is_stale(sampler, plan, *thread, edge.time) || others_run(*plan.process, *thread);
  };
  if (!derivable || (affordable_ && others_may_run())) read_process(sampler, edge);
  if (what.details && affordable_) read_details(sampler, what, edge);
  // What the ticks say may be ahead of the clock that is read in their place.
  edge.time = std::max(edge.time, start.time);
  leave_out_earlier_waits(start, edge);
  resolve(plan, thread, start, edge);
  return edge;
}

// The others at both edges, and with them what the process used.
void SpanEdges::resolve(const Plan& plan, const ThreadHistory* thread, OpenEdge& start, Edge& end) {
  if (thread == nullptr || start.thread == kMissing || end.thread == kMissing) return;
  const ProcessHistory& process = *plan.process;
  std::optional<Nanos> others_end;
  if (end.cpu != kMissing) {
    others_end = end.cpu - end.thread;
  } else {
    others_end = others_.after(process, *thread, end.time, end.thread, cores_);
  }
  if (!others_end) return;
  // More than that the cores cannot have given them in between.
  const Nanos most = std::max<Nanos>(0, cores_ * (end.time - start.time) - (end.thread - start.thread));
  if (start.cpu != kMissing) {
    end.cpu = end.thread + since_read_start(process, *thread, start, end, *others_end, most);
    return;
  }
  end.cpu = end.thread + *others_end;
  auto others_start = others_at_start(process, *thread, start, end.time, *others_end);
  if (!others_start) return;
  // What is beyond all cores was used before the start, by threads of which no sample knows yet.
  others_start = std::max(*others_start, *others_end - most);
  start.cpu = start.thread + std::min(*others_start, *others_end);
}

// What the others had used at a start that was not read. The samples around it say that better than what was
// known then, for as long as they are there: the summaries that follow are of a second and more.
std::optional<Nanos> SpanEdges::others_at_start(const ProcessHistory& process, const ThreadHistory& thread,
                                                const OpenEdge& start, Nanos end, Nanos others_end) const {
  if (start.others != kMissing && !has_rows_of(process, thread, start.time)) return start.others;
  const std::optional<Nanos> others = others_at(process, thread, start.time);
  const Nanos newest = newest_of_both(process, thread);
  if (!others || newest >= start.time || end <= newest) return others;
  // Between the newest sample and the end, as if they went on evenly.
  const double share = static_cast<double>(start.time - newest) / static_cast<double>(end - newest);
  const double grown = static_cast<double>(std::max<Nanos>(0, others_end - *others));
  return *others + static_cast<Nanos>(share * grown);
}

// What the others have used at an end, where the start was read. What was read of both stays as it is.
Nanos SpanEdges::since_read_start(const ProcessHistory& process, const ThreadHistory& thread,
                                  const Edge& start, const Edge& end, Nanos others_end, Nanos most) {
  const Nanos others_start = start.cpu - start.thread;
  // The newest sample may be of before, and published late.
  if (end.cpu != kMissing) return std::max(others_end, others_start);
  if (newest_of_both(process, thread) < start.time) {
    // From what was read, as they went on lately, rather than from a sample of long before.
    const auto then = others_.after(process, thread, start.time, start.thread, cores_);
    if (then) others_end += others_start - *then;
  }
  return std::clamp(others_end, others_start, others_start + most);
}

// Reads what the samples cannot say.
void SpanEdges::read_process(const Sampler& sampler, Edge& edge) {
  const Ticks begin = ticks_now();
  Edge read;
  const Nanos lag = reader_.read_clocks(sampler, read);
  const bool known = edge.thread != kMissing && read.cpu != kMissing && read.thread != kMissing;
  // The thread lost its CPU since, and the others went on: then the edge is where they were read.
  constexpr int kCutLags = 16;
  if (known && read.time - edge.time > kCutLags * lag) {
    edge.time = read.time;
    edge.thread = read.thread;
  }
  // The thread's own part is what its clock says at the edge.
  if (known) edge.cpu = edge.thread + (read.cpu - read.thread);
  if (read.sampler != kMissing) edge.sampler = read.sampler;
  edge.unsure = read.unsure;
  charge(begin, processes_);
}

void SpanEdges::read_details(const Sampler& sampler, const What& what, Edge& edge) {
  const Ticks begin = ticks_now();
  if (contains(what.sources, Source::kFaults)) reader_.read_usage(sampler.published(), edge);
  if (contains(what.sources, Source::kIo)) reader_.read_io(edge);
  if (contains(what.sources, Source::kNetwork)) reader_.read_network(edge);
  charge(begin, details_);
}

// Grows only while the thread is away; shorter absences than the clock can show count once they add up.
Nanos SpanEdges::run_delay(Nanos now) {
  if (now < run_delay_due_) return run_delay_known_;
  const bool was_away = clock_.away() - away_then_ > clock_.apart();
  if (run_delay_known_ != kMissing && !was_away) return run_delay_known_;
  if (!affordable_ && run_delay_known_ != kMissing) return run_delay_known_;
  const Ticks begin = ticks_now();
  Edge edge;
  reader_.read_run_delay(edge);
  run_delay_known_ = edge.runDelay;
  if (run_delay_known_ == kMissing) run_delay_due_ = now + kReadAgainAfter;
  away_then_ = clock_.away();
  charge(begin, run_delays_);
  return run_delay_known_;
}

// That of the last sample, unless the sampler has been parked since.
int64_t SpanEdges::resident(const Sampler& sampler, const Plan& plan, Nanos now) {
  const Series& rows = plan.process->memory->rows();
  const uint64_t head = rows.head();
  const Nanos period = sampler.published().period.load(std::memory_order_relaxed);
  // As where others are concerned: a period that was asked for makes samples old.
  const Nanos usual = 2 * std::max(kMemoryInterval, period > plan.size.period ? period : 0);
  if (head > 0 && (!affordable_ || now - rows.newest_time() <= usual)) {
    return rows.word(head - 1, MemoryRow::kResident);
  }
  const Ticks begin = ticks_now();
  Edge edge;
  reader_.read_memory(edge);
  charge(begin, memories_);
  return edge.resident;
}

}  // namespace spanmeter
