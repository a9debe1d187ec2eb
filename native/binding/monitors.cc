// The life of a monitor, and the counters as they are now.

#include <cstring>

#include "arguments.h"
#include "edge_words.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// open(periodMs, historyMs, sources, maxOverheadPercent, maxSpanOverheadPercent, always): id of a new
// monitor. `sources` has a bit for each of layout.sources; an overhead of 0 is no limit.
Napi::Value open(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double period = arguments.number(0, "period", 0.001, 60'000);
  const double history = arguments.number(1, "history", 0.001, 1e9);
  const double sources = arguments.number(2, "sources", 0, kAllSources);
  const double overhead = arguments.number(3, "maxOverheadPercent", 0, 100);
  const double span_overhead = arguments.number(4, "maxSpanOverheadPercent", 0, 100);
  const bool always = arguments.boolean(5, "always");
  if (!arguments.ok()) return info.Env().Undefined();
  Environment& env = Environment::of(info);
  const Demand demand{{static_cast<Nanos>(period * 1e6), static_cast<Nanos>(history * 1e6)},
                      static_cast<SourceSet>(sources) | source_bit(Source::kThreads),
                      overhead / 100,
                      span_overhead / 100};
  const int64_t id = env.next_id++;
  env.monitors.emplace(id, std::make_unique<Monitor>(env.thread, demand, always));
  return Napi::Number::New(info.Env(), static_cast<double>(id));
}

// start(monitor): undefined, or why sampling cannot begin.
Napi::Value start(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(Environment::of(info));
  if (monitor == nullptr) return info.Env().Undefined();
  const int error = monitor->start();
  if (error == 0) return info.Env().Undefined();
  return Napi::String::New(info.Env(), strerror(error));
}

// stop(monitor)
void stop(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  if (Monitor* monitor = arguments.monitor(Environment::of(info))) monitor->stop();
}

// close(monitor): stops it and forgets it.
void close(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  if (arguments.monitor(env) == nullptr) return;
  env.monitors.erase(static_cast<int64_t>(info[0].As<Napi::Number>().DoubleValue()));
}

// mark(monitor, edge): reads the counters into the edge; keeps the sampler awake until release().
void mark(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  Monitor* monitor = arguments.running_monitor(env);
  double* edge = arguments.doubles(1, "edge", kEdgeLength);
  if (arguments.ok()) store(env, monitor->mark(), edge);
}

// release(monitor)
void release(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  if (Monitor* monitor = arguments.monitor(Environment::of(info))) monitor->release();
}

// read(monitor, edge): reads the counters into the edge.
void read(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  Monitor* monitor = arguments.monitor(env);
  double* edge = arguments.doubles(1, "edge", kEdgeLength);
  if (arguments.ok()) store(env, monitor->edge(), edge);
}

}  // namespace

void export_monitors(Napi::Object exports) {
  export_function(exports, "open", open);
  export_function(exports, "start", start);
  export_function(exports, "stop", stop);
  export_function(exports, "close", close);
  export_function(exports, "mark", mark);
  export_function(exports, "release", release);
  export_function(exports, "read", read);
}

}  // namespace spanmeter
