// What the doctor asks about the machine.

#include "../core/probe/clock_step.h"
#include "../core/probe/host.h"
#include "../core/probe/source_costs.h"
#include "arguments.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// host(): what the machine offers to the sampler, a plain object of numbers without those that it does not
// report.
Napi::Value host(const Napi::CallbackInfo& info) {
  const Host host = probe_host();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, double value) { (void)result.Set(name, value); };
  set("nodeApi", NAPI_VERSION);
  if (host.page_bytes) set("pageBytes", static_cast<double>(*host.page_bytes));
  if (host.clock_resolution) set("clockResolutionNs", static_cast<double>(*host.clock_resolution));
  set("clockReadingNs", host.clock_reading);
  set("cgroupVersion", static_cast<double>(host.cgroup_version));
  if (host.scheduling && host.scheduling->timer_slack)
    set("timerSlackNs", static_cast<double>(*host.scheduling->timer_slack));
  if (host.scheduling && host.scheduling->slice > 0)
    set("sliceNs", static_cast<double>(host.scheduling->slice));
  if (host.limits.cpu_limit) set("cpuLimit", *host.limits.cpu_limit);
  if (host.limits.cpu_period) set("cpuPeriodMs", to_ms(*host.limits.cpu_period));
  if (host.limits.memory_limit) set("memoryLimit", static_cast<double>(*host.limits.memory_limit));
  if (host.throttling) {
    set("throttledMs", to_ms(host.throttling->throttled));
    set("throttledPeriods", static_cast<double>(host.throttling->times));
  }
  return result;
}

// sourceCosts(readings): milliseconds that a reading of each source takes, without those that cannot be read.
Napi::Value source_costs(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double readings = arguments.number(0, "readings", 1, 1000);
  if (!arguments.ok()) return info.Env().Undefined();
  const auto costs = measure_source_costs(static_cast<int>(readings));
  Napi::Object result = Napi::Object::New(info.Env());
  for (size_t i = 0; i < kSourceCount; i++) {
    if (costs[i]) (void)result.Set(kSourceNames[i], to_ms(*costs[i]));
  }
  return result;
}

// clockStep(durationMs): how far the CPU clock of the process moves at once, in ms; undefined where that
// cannot be seen.
Napi::Value clock_step(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double duration = arguments.number(0, "durationMs", 0, 1000);
  if (!arguments.ok()) return info.Env().Undefined();
  const auto step = process_clock_step(static_cast<Nanos>(duration * 1e6));
  return step ? Napi::Number::New(info.Env(), to_ms(*step)) : info.Env().Undefined();
}

}  // namespace

void export_probe(Napi::Object exports) {
  export_function(exports, "host", host);
  export_function(exports, "sourceCosts", source_costs);
  export_function(exports, "clockStep", clock_step);
}

}  // namespace spanmeter
