#pragma once

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>

#include "../core/attribution/turn_record.h"
#include "../core/clock.h"
#include "../core/monitor.h"

namespace spanmeter {

// One for each time that the addon was loaded: by the main thread, a worker, or one of the realms that a test
// framework makes on a thread, for each file of its own. Destroyed with the thread, which stops its monitors.
//
// A realm goes without saying so. Nothing in here holds an object of it: what JavaScript holds on to this
// side by functions is freed with the last of them, and arrays that both sides use are made on this side.
struct Environment {
  const std::shared_ptr<AskingThread> thread_of_all = asking_thread();
  AskingThread& thread = *thread_of_all;
  double origin_ms = 0;  // CLOCK_MONOTONIC when performance.now() was 0 on this thread
  std::map<int64_t, std::unique_ptr<Monitor>> monitors;
  int64_t next_id = 1;
  TurnRecord::Owner last_owner = TurnRecord::kNobody;

  static Environment& of(const Napi::CallbackInfo& info) {
    return *info.Env().GetInstanceData<Environment>();
  }

  Nanos to_core(double ms) const {
    const double ns = (ms + origin_ms) * static_cast<double>(kMillisecond);
    constexpr double kLimit = 4e18;  // fits 63 bits with room for a subtraction
    return static_cast<Nanos>(std::fmin(std::fmax(ns, -kLimit), kLimit));
  }
  // The one of this thread, however often the addon was loaded there.
  static std::shared_ptr<AskingThread> asking_thread() {
    static thread_local std::weak_ptr<AskingThread> known;
    std::shared_ptr<AskingThread> thread = known.lock();
    if (thread == nullptr) known = thread = std::make_shared<AskingThread>();
    return thread;
  }

  double to_js(Nanos time) const {
    return static_cast<double>(time) / static_cast<double>(kMillisecond) - origin_ms;
  }
};

}  // namespace spanmeter
