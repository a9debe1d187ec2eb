#include "monitor.h"

#include <algorithm>

namespace spanmeter {

Monitor::Monitor(AskingThread& thread, const Demand& demand, bool always)
    : thread_(thread), demand_(demand), always_(always) {}

Monitor::~Monitor() {
  stop();
}

int Monitor::start() {
  if (running()) return 0;
  thread_.span_edges().add_limit(demand_.max_span_overhead);
  const Sampler::Joined joined = sampler_.join(demand_, thread_.edges.tid());
  if (joined.error != 0) {
    thread_.span_edges().remove_limit(demand_.max_span_overhead);
    return joined.error;
  }
  id_ = joined.id;
  run_++;
  if (always_) sampler_.watch();
  plan_generation_ = 0;
  plan();
  return 0;
}

void Monitor::stop() {
  if (!running()) return;
  plan();
  thread_.span_edges().remove_limit(demand_.max_span_overhead);
  if (always_) sampler_.unwatch();
  for (; open_marks_ > 0; open_marks_--) sampler_.unwatch();
  sampler_.leave(id_);
  id_ = 0;
}

// Reads an edge, and keeps the sampler awake from just before that on; not if it cannot be had.
template <typename Read>
auto Monitor::keep_awake(Read read) -> decltype(read()) {
  open_marks_++;
  sampler_.watch();
  try {
    return read();
  } catch (...) {
    release();
    throw;
  }
}

Edge Monitor::mark() {
  return keep_awake([&] { return thread_.edges.start(sampler_, demand_.sources); });
}

void Monitor::release() {
  if (open_marks_ == 0) return;
  open_marks_--;
  sampler_.unwatch();
}

Edge Monitor::edge() {
  return thread_.edges.stop(sampler_, demand_.sources);
}

Wanted Monitor::wanted(bool details) const {
  return details ? Wanted{demand_.sources} : essentials(demand_.sources);
}

SlotHandle Monitor::open_span(bool details) {
  const Wanted wanted = this->wanted(details);
  const SpanEdges::What what{wanted.sources, wanted.details};
  const OpenEdge start = keep_awake([&] { return thread_.span_edges().start(sampler_, *plan(), what); });
  const SlotHandle handle = spans_.open({start, run_});
  if (handle == 0) release();
  return handle;
}

Monitor::OpenSpan* Monitor::take_span(SlotHandle handle) {
  OpenSpan* const span = spans_.find(handle);
  if (span == nullptr) return nullptr;
  spans_.close(handle);
  if (running() && span->run == run_) release();
  return span;
}

void Monitor::drop_span(SlotHandle handle) {
  take_span(handle);
}

bool Monitor::close_span(SlotHandle handle, bool details, WindowStats& stats) {
  OpenSpan* const span = take_span(handle);
  if (span == nullptr) return false;
  const Wanted wanted = this->wanted(details);
  OpenEdge& start = span->start;
  const Edge end = thread_.span_edges().end(sampler_, *plan(), {wanted.sources, wanted.details}, start);
  stats = window({start.time, std::max(start.time, end.time), &start, &end}, wanted);
  return true;
}

const Plan* Monitor::plan() {
  thread_.follow_cores();
  if (running() && plan_generation_ != sampler_.plan_generation()) {
    plan_generation_ = sampler_.plan_generation();
    plan_ = sampler_.plan();
  }
  return plan_.get();
}

// The one in force, which the budget may have made longer than anybody asked for.
Nanos Monitor::period() const {
  const Nanos period = sampler_.published().period.load(std::memory_order_relaxed);
  return running() && period > 0 ? period : demand_.size.period;
}

// A window that reaches beyond the newest row of any series ends with what the counters say now.
void Monitor::complete(WindowQuery& query, Edge& now) {
  if (!running() || query.end != nullptr) return;
  const Series& series = plan_->process->process->rows();
  if (query.to <= series.newest_time() - kSlowestInterval) return;
  now = edge();
  // This thread counts the bytes of interfaces from another beginning than the sampler does.
  now.received = now.transmitted = kMissing;
  query.now = &now;
}

WindowStats Monitor::window(const WindowQuery& query) {
  return window(query, wanted(true));
}

WindowStats Monitor::window(const WindowQuery& asked, Wanted wanted) {
  CgroupLimits limits;
  if (contains(wanted.sources, Source::kCgroup)) {
    limits = thread_.limits(asked.end != nullptr ? asked.end->time : monotonic_now());
  }
  // Where nothing limits, nothing is throttled.
  if (!limits.cpu_limit) wanted.sources &= ~source_bit(Source::kCgroup);

  WindowStats stats = sampled(asked, wanted);
  if (limits.cpu_limit) stats.cpuLimit = *limits.cpu_limit;
  if (limits.memory_limit) stats.memoryLimit = static_cast<double>(*limits.memory_limit);
  return stats;
}

// The same without what the cgroup allows.
WindowStats Monitor::sampled(WindowQuery query, const Wanted& wanted) {
  const Plan* plan = this->plan();
  if (plan == nullptr)
    return thread_.window.stats(query, ProcessHistory(), nullptr, wanted, demand_.size.period);
  Edge now;
  complete(query, now);
  const ThreadHistory* thread = plan->thread(thread_.edges.tid()).get();
  return thread_.window.stats(query, *plan->process, thread, wanted, period());
}

Columns Monitor::columns(const WindowQuery& asked, size_t max_points) {
  const Plan* plan = this->plan();
  if (plan == nullptr) return {};
  return spanmeter::columns(asked, max_points, *plan->process, plan->thread(thread_.edges.tid()).get());
}

Health Monitor::health() {
  const Plan* plan = this->plan();
  const Published& published = sampler_.published();
  Health health{};
  health.state = running() ? sampler_.state() : Sampler::State::kStopped;
  // The thread has been launched but has not yet said so.
  if (running() && health.state == Sampler::State::kStopped) health.state = Sampler::State::kSampling;
  health.period = period();
  health.asked_period = plan != nullptr ? plan->size.period : demand_.size.period;
  health.history = plan != nullptr ? plan->size.length : demand_.size.length;
  health.samples = published.samples.load(std::memory_order_relaxed);
  for (size_t i = 0; i < kCauseCount; i++) {
    health.missed[i] = published.missed[i].load(std::memory_order_relaxed);
  }
  health.longest_gap = published.longest_gap.load(std::memory_order_relaxed);
  health.lateness_p50 = published.lateness.quantile(0.50);
  health.lateness_p99 = published.lateness.quantile(0.99);
  health.lateness_max = published.lateness.max();
  health.cpu = sampler_.cpu().value_or(published.own_cpu.load(std::memory_order_relaxed));
  if (plan != nullptr) {
    health.memory_bytes = plan->process->memory_bytes() + spans_.memory_bytes();
    for (const auto& thread : plan->threads) health.memory_bytes += thread->memory_bytes();
  }
  health.edges = thread_.span_edges().counts();
  health.edge_bound = thread_.span_edges().bound();
  for (size_t i = 0; i < kSourceCount; i++) {
    health.errors[i] = published.errors[i].load(std::memory_order_relaxed);
  }
  return health;
}

}  // namespace spanmeter
