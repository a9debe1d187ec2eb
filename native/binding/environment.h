#pragma once

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "../core/clock.h"
#include "../core/monitor.h"
#include "shared_ledger.h"

namespace spanmeter {

// One per Node environment: the main thread or a worker. Destroyed with it, which stops its monitors.
struct Environment {
  AskingThread thread;
  double origin_ms = 0;  // CLOCK_MONOTONIC when performance.now() was 0 on this thread
  std::map<int64_t, std::unique_ptr<Monitor>> monitors;
  std::vector<std::unique_ptr<SharedLedger>> ledgers;
  int64_t next_id = 1;

  static Environment& of(const Napi::CallbackInfo& info) {
    return *info.Env().GetInstanceData<Environment>();
  }

  Nanos to_core(double ms) const {
    const double ns = (ms + origin_ms) * static_cast<double>(kMillisecond);
    constexpr double kLimit = 4e18;  // fits 63 bits with room for a subtraction
    return static_cast<Nanos>(std::fmin(std::fmax(ns, -kLimit), kLimit));
  }
  double to_js(Nanos time) const {
    return static_cast<double>(time) / static_cast<double>(kMillisecond) - origin_ms;
  }
};

}  // namespace spanmeter
