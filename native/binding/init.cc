// This folder is the only one that speaks Node-API. It checks what comes in, converts units and calls the
// core; it holds no logic. Times cross as performance.now() milliseconds of the calling thread, counters and
// answers in Float64Arrays whose layout is exported as `layout`. NaN stands for a value the machine does not
// report.

#include <new>

#include "arguments.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// now(): CLOCK_MONOTONIC in milliseconds.
Napi::Value now(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), to_ms(monotonic_now()));
}

// setTimeOrigin(ms): CLOCK_MONOTONIC when performance.now() was 0 on the calling thread.
void set_time_origin(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double origin = arguments.number(0, "origin");
  if (arguments.ok()) Environment::of(info).origin_ms = origin;
}

template <typename Names>
Napi::Array to_array(Napi::Env env, const Names& names) {
  Napi::Array array = Napi::Array::New(env, std::size(names));
  for (uint32_t i = 0; i < std::size(names); i++) (void)array.Set(i, names[i]);
  return array;
}

Napi::Object layout(Napi::Env env) {
  Napi::Object layout = Napi::Object::New(env);
  (void)layout.Set("edge", to_array(env, kEdgeNames));
  (void)layout.Set("stats", to_array(env, kStatsNames));
  (void)layout.Set("sources", to_array(env, kSourceNames));
  (void)layout.Set("ledger", to_array(env, kLedgerNames));
  return layout;
}

Napi::Object fill(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  (void)exports.Set("layout", layout(env));
  export_function(exports, "now", now);
  export_function(exports, "setTimeOrigin", set_time_origin);
  export_monitors(exports);
  export_spans(exports);
  export_ledger(exports);
  export_windows(exports);
  export_health(exports);
  export_loop_blocks(exports);
  export_probe(exports);
  return exports;
}

// Without memory for it there is no addon.
Napi::Object init(Napi::Env env, Napi::Object exports) {
  try {
    return fill(env, exports);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "spanmeter native: there is no memory for it");
    return exports;
  }
}

}  // namespace

NODE_API_MODULE(spanmeter, init)

}  // namespace spanmeter
