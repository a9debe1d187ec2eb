#include "sampler.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sampler_limits.h"

namespace spanmeter {

Sampler& Sampler::instance() {
  static Sampler* const sampler = new Sampler;
  return *sampler;
}

Sampler::Joined Sampler::join(const Demand& demand, pid_t tid) {
  const std::lock_guard<std::mutex> lock(life_mutex_);
  const DemandId id = next_id_++;
  members_.emplace(id, Member{demand, tid});
  int error = replan();
  if (error == 0 && !running_) error = launch();
  if (error != 0) {
    members_.erase(id);
    if (!running_) set_plan(nullptr);
  }
  return {id, error};
}

void Sampler::leave(DemandId id) {
  const std::lock_guard<std::mutex> lock(life_mutex_);
  if (members_.erase(id) == 0) return;
  if (members_.empty()) {
    halt();
    set_plan(nullptr);
  } else {
    replan();  // needs at most as much memory as before; if even that fails, the old plan stays
  }
}

void Sampler::watch() {
  if (watchers_.add() && parked_.load()) wake_.wake();
}

void Sampler::unwatch() {
  watchers_.remove();
}

Sampler::State Sampler::state() const {
  if (tid_.load(std::memory_order_acquire) == 0) return State::kStopped;
  return parked_.load() ? State::kParked : State::kSampling;
}

std::shared_ptr<const Plan> Sampler::plan() const {
  const std::lock_guard<std::mutex> lock(plan_mutex_);
  return plan_;
}

Nanos Sampler::cpu() const {
  const pid_t tid = tid_.load(std::memory_order_acquire);
  if (tid != 0) {
    const std::optional<Nanos> own = read_clock(thread_cpu_clock(tid));
    if (own) return earlier_cpu_.load(std::memory_order_relaxed) + *own;
  }
  return final_cpu_.load(std::memory_order_acquire);
}

Nanos Sampler::cpu(const ThreadClocks& threads) const {
  const pid_t tid = tid_.load(std::memory_order_acquire);
  const std::optional<Nanos> own = tid != 0 ? threads.cpu(tid) : std::nullopt;
  return own ? earlier_cpu_.load(std::memory_order_relaxed) + *own : cpu();
}

// The shortest period, the longest history as far as it fits, the most generous budget, all sources and
// threads that anybody asked for.
Plan Sampler::wanted_plan() const {
  Plan plan;
  plan.size = members_.begin()->second.demand.size;
  plan.max_overhead = members_.begin()->second.demand.max_overhead;
  for (const auto& [id, member] : members_) {
    plan.size.period = std::min(plan.size.period, member.demand.size.period);
    plan.size.span = std::max(plan.size.span, member.demand.size.span);
    plan.sources |= member.demand.sources;
    const double overhead = member.demand.max_overhead;
    const bool unlimited = plan.max_overhead == 0 || overhead == 0;
    plan.max_overhead = unlimited ? 0 : std::max(plan.max_overhead, overhead);
  }
  plan.size.span = std::min(plan.size.span, plan.size.period * (kMaxHistoryRows - 2));
  return plan;
}

// Keeps the memory of the previous plan where it is large enough.
bool Sampler::allocate(Plan& next, const Plan* previous) const {
  const bool fits = previous != nullptr && previous->process->size.holds(next.size);
  next.process = fits ? previous->process : ProcessHistory::create(next.size);
  if (!next.process) return false;
  for (const auto& [id, member] : members_) {
    if (next.thread(member.tid)) continue;
    std::shared_ptr<ThreadHistory> thread;
    if (previous != nullptr) thread = previous->thread(member.tid);
    if (!thread || !thread->size.holds(next.size)) thread = ThreadHistory::create(member.tid, next.size);
    if (!thread) return false;
    next.threads.push_back(std::move(thread));
  }
  return true;
}

int Sampler::replan() {
  std::shared_ptr<const Plan> previous;
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    previous = next_ ? next_ : plan_;
  }
  auto next = std::make_shared<Plan>(wanted_plan());
  if (!allocate(*next, previous.get())) return ENOMEM;
  if (!running_) {
    set_plan(std::move(next));
    return 0;
  }
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    next_ = std::move(next);
  }
  has_next_.store(true, std::memory_order_release);
  wake_.wake();
  return 0;
}

void Sampler::set_plan(std::shared_ptr<const Plan> plan) {
  const std::lock_guard<std::mutex> lock(plan_mutex_);
  plan_ = std::move(plan);
  next_ = nullptr;
  has_next_.store(false, std::memory_order_relaxed);
  plan_generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace spanmeter
