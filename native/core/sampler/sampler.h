#pragma once

#include <pthread.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "../sources/thread_clocks.h"
#include "parking.h"
#include "plan.h"
#include "published.h"
#include "sampler_cpu.h"

namespace spanmeter {

class Collector;
class Pace;

// The one sampler of the process: a thread that takes a sample at each tick while somebody watches, and
// sleeps without a single wake-up while nobody does. Monitors of any JavaScript thread state demands; the
// shortest period and the longest history win. The thread lives as long as there is a demand.
class Sampler {
 public:
  // Never destroyed: process.exit() runs static destructors while the thread is still alive.
  static Sampler& instance();

  using DemandId = uint64_t;

  // Adds a demand on behalf of the calling JavaScript thread, whose CPU is followed from now on. On failure
  // nothing has changed and `error` holds an errno: ENOMEM (history) or what pthread_create said.
  struct Joined {
    DemandId id;
    int error;
  };
  Joined join(const Demand& demand, pid_t tid);
  void leave(DemandId id);

  // Somebody looks: keeps the sampler awake. Any thread, any time, in pairs.
  void watch();
  void unwatch();

  enum class State { kStopped, kParked, kSampling };
  State state() const;
  // The plan in force; null while stopped.
  std::shared_ptr<const Plan> plan() const;
  // Grows when the plan is replaced: lets a reader keep its own reference instead of taking the lock. Who has
  // seen it grow gets the new plan under the lock, which orders the plan itself: relaxed.
  uint64_t plan_generation() const { return plan_generation_.load(std::memory_order_relaxed); }
  const Published& published() const { return published_; }

  // CPU time of all sampler threads of this process so far; exact to the nanosecond, also while one is
  // running. Nothing where its clock cannot be read.
  std::optional<Nanos> cpu() const { return cpu_.now(); }
  // The same as of the moment at which these clocks were read.
  std::optional<Nanos> cpu(const ThreadClocks& threads) const { return cpu_.at(threads); }

 private:
  Sampler() = default;

  Plan wanted_plan() const;
  bool allocate(Plan& next, const Plan* previous) const;
  int replan();
  int launch();
  void halt();
  void set_plan(std::shared_ptr<const Plan> plan);

  static void* enter(void* self);
  void run();
  bool called() const;
  void make(std::optional<Collector>& collector, Nanos earlier_cpu);
  void sample(Collector& collector);
  void try_tick(Collector& collector, const Plan& plan, Pace& pace, Nanos now);
  void take_tick(Collector& collector, const Plan& plan, Pace& pace, Nanos now);
  bool adopt(std::shared_ptr<const Plan>& plan);

  struct Member {
    Demand demand;
    pid_t tid;
  };

  // Guards the members, the latest plan, launch and halt. Never taken by the sampler thread, which is joined
  // under it.
  std::mutex life_mutex_;
  std::map<DemandId, Member> members_;
  DemandId next_id_ = 1;
  // The plan that was made last: in force, to be taken over, or being taken over. The next one keeps memory
  // of this one alone. That of the one before may have readers, and must never be taken over again.
  std::shared_ptr<const Plan> latest_;
  pthread_t thread_{};
  bool running_ = false;

  // Guards the two pointers; held for an assignment only.
  mutable std::mutex plan_mutex_;
  std::shared_ptr<const Plan> plan_;  // in force: what readers read and the sampler writes
  std::shared_ptr<const Plan> next_;  // what the sampler shall take over at its next tick; else null
  // Whether there is one, stored under the lock. Relaxed, since who sees it takes the lock.
  std::atomic<bool> has_next_{false};
  std::atomic<uint64_t> plan_generation_{0};

  Parking parking_;
  // Relaxed, like has_next_: the call that follows orders it before what the woken thread looks at.
  std::atomic<bool> stop_{false};

  SamplerCpu cpu_;
  Usage earlier_usage_;  // sampler thread while it runs, else under life_mutex_

  Published published_;
};

}  // namespace spanmeter
