#include "sampler.h"

#include <algorithm>
#include <cerrno>
#include <new>
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
  int error = 0;
  try {
    members_.emplace(id, Member{demand, tid});
  } catch (const std::bad_alloc&) {
    error = ENOMEM;
  }
  if (error == 0) error = replan();
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
  parking_.watch();
}

void Sampler::unwatch() {
  parking_.unwatch();
}

Sampler::State Sampler::state() const {
  if (!cpu_.running()) return State::kStopped;
  return parking_.parked() ? State::kParked : State::kSampling;
}

std::shared_ptr<const Plan> Sampler::plan() const {
  const std::lock_guard<std::mutex> lock(plan_mutex_);
  return plan_;
}

// The shortest period, the longest history as far as it fits, the most generous budget, all sources and
// threads that anybody asked for.
Plan Sampler::wanted_plan() const {
  Plan plan;
  plan.size = members_.begin()->second.demand.size;
  plan.max_overhead = members_.begin()->second.demand.max_overhead;
  for (const auto& [id, member] : members_) {
    plan.size.period = std::min(plan.size.period, member.demand.size.period);
    plan.size.length = std::max(plan.size.length, member.demand.size.length);
    plan.sources |= member.demand.sources;
    const double overhead = member.demand.max_overhead;
    const bool unlimited = plan.max_overhead == 0 || overhead == 0;
    plan.max_overhead = unlimited ? 0 : std::max(plan.max_overhead, overhead);
  }
  plan.size.length = std::min(plan.size.length, plan.size.period * (kMaxHistoryRows - 2));
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
  std::shared_ptr<Plan> next;
  try {
    next = std::make_shared<Plan>(wanted_plan());
    if (!allocate(*next, latest_.get())) return ENOMEM;
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  }
  if (!running_) {
    set_plan(std::move(next));
    return 0;
  }
  latest_ = next;
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    next_ = std::move(next);
    has_next_.store(true, std::memory_order_relaxed);
  }
  parking_.call();
  return 0;
}

void Sampler::set_plan(std::shared_ptr<const Plan> plan) {
  latest_ = plan;
  const std::lock_guard<std::mutex> lock(plan_mutex_);
  plan_ = std::move(plan);
  next_ = nullptr;
  has_next_.store(false, std::memory_order_relaxed);
  plan_generation_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace spanmeter
