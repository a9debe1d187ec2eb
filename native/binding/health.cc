// How the sampler does.

#include <cstring>

#include "arguments.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// health(monitor): a plain object of numbers; `errors` holds a message for each source that cannot be read.
Napi::Value health(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(Environment::of(info));
  if (monitor == nullptr) return info.Env().Undefined();
  const Health health = monitor->health();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, double value) { (void)result.Set(name, value); };
  constexpr const char* kStates[] = {"stopped", "parked", "sampling"};
  (void)result.Set("state", kStates[static_cast<size_t>(health.state)]);
  set("periodMs", to_ms(health.period));
  set("askedPeriodMs", to_ms(health.asked_period));
  set("historyMs", to_ms(health.history));
  set("samples", static_cast<double>(health.samples));
  set("latenessP50Ms", to_ms(health.lateness_p50));
  set("latenessP99Ms", to_ms(health.lateness_p99));
  set("latenessMaxMs", to_ms(health.lateness_max));
  set("cpuTimeMs", to_ms(health.cpu));
  set("edgesRead", static_cast<double>(health.edges.read));
  set("edgesDerived", static_cast<double>(health.edges.derived));
  set("edgesCostMs", to_ms(health.edges.cost));
  set("edgesBoundMs", to_ms(health.edge_bound));
  set("memoryBytes", static_cast<double>(health.memory_bytes));
  set("maxGapMs", to_ms(health.longest_gap));
  Napi::Object missed = Napi::Object::New(info.Env());
  for (size_t i = 0; i < kCauseCount; i++) {
    (void)missed.Set(kCauseNames[i], static_cast<double>(health.missed[i]));
  }
  (void)result.Set("missedTicks", missed);
  Napi::Object errors = Napi::Object::New(info.Env());
  for (size_t i = 0; i < kSourceCount; i++) {
    if (health.errors[i] != 0) (void)errors.Set(kSourceNames[i], strerror(health.errors[i]));
  }
  (void)result.Set("errors", errors);
  return result;
}

}  // namespace

void export_health(Napi::Object exports) {
  export_function(exports, "health", health);
}

}  // namespace spanmeter
