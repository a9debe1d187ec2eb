#pragma once

#include <pthread.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "../sources/thread_clocks.h"
#include "plan.h"
#include "published.h"
#include "wake_word.h"
#include "watchers.h"

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
  // Grows when the plan is replaced: lets a reader keep its own reference instead of taking the lock.
  uint64_t plan_generation() const { return plan_generation_.load(std::memory_order_acquire); }
  const Published& published() const { return published_; }

  // CPU time of all sampler threads of this process so far; exact to the nanosecond, also while one is
  // running.
  Nanos cpu() const;
  // The same as of the moment at which these clocks were read.
  Nanos cpu(const ThreadClocks& threads) const;

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
  void park(Collector& collector);
  void take_tick(Collector& collector, const Plan& plan, Pace& pace, Nanos now);
  bool adopt(std::shared_ptr<const Plan>& plan);

  struct Member {
    Demand demand;
    pid_t tid;
  };

  // Guards the members, launch and halt. Never taken by the sampler thread, which is joined under it.
  std::mutex life_mutex_;
  std::map<DemandId, Member> members_;
  DemandId next_id_ = 1;
  pthread_t thread_{};
  bool running_ = false;

  // Guards the two pointers; held for an assignment only.
  mutable std::mutex plan_mutex_;
  std::shared_ptr<const Plan> plan_;  // in force: what readers read and the sampler writes
  std::shared_ptr<const Plan> next_;  // what the sampler shall take over at its next tick; else null
  std::atomic<bool> has_next_{false};
  std::atomic<uint64_t> plan_generation_{0};

  Watchers watchers_;
  WakeWord wake_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> parked_{false};  // sequentially consistent: the other half of the handshake in Watchers

  // CPU of the sampler threads: while tid_ is set, earlier_cpu_ plus that thread's clock, else final_cpu_.
  std::atomic<pid_t> tid_{0};
  std::atomic<Nanos> earlier_cpu_{0};
  std::atomic<Nanos> final_cpu_{0};
  Usage earlier_usage_;  // sampler thread while it runs, else under life_mutex_

  Published published_;
};

}  // namespace spanmeter
