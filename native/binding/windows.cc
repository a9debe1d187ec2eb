// What happened between two edges or moments.

#include <cstring>
#include <limits>
#include <vector>

#include "arguments.h"
#include "edge_words.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// since(monitor, startEdge, endEdge, stats): the window between two edges.
void since(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  Monitor* monitor = arguments.monitor(env);
  const double* start = arguments.doubles(1, "startEdge", kEdgeLength);
  const double* end = arguments.doubles(2, "endEdge", kEdgeLength);
  double* out = arguments.doubles(3, "stats", kStatsLength);
  if (!arguments.ok()) return;
  const Edge from = load(env, start);
  Edge to = load(env, end);
  if (to.time < from.time) to.time = from.time;
  const WindowStats stats = monitor->window({from.time, to.time, &from, &to});
  std::memcpy(out, &stats, sizeof stats);
}

// between(monitor, startMs, endMs, stats): the window between two moments.
void between(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  Monitor* monitor = arguments.monitor(env);
  const double start = arguments.number(1, "startMs");
  const double end = arguments.number(2, "endMs", start, std::numeric_limits<double>::max());
  double* out = arguments.doubles(3, "stats", kStatsLength);
  if (!arguments.ok()) return;
  const WindowStats stats = monitor->window({env.to_core(start), env.to_core(end)});
  std::memcpy(out, &stats, sizeof stats);
}

Napi::Float64Array to_array(Napi::Env env, const std::vector<double>& values) {
  Napi::Float64Array array = Napi::Float64Array::New(env, values.size());
  // Empty when the worker is being terminated: nothing can be made any more, and nobody will look at it.
  if (!values.empty() && !array.IsEmpty())
    std::memcpy(array.Data(), values.data(), values.size() * sizeof(double));
  return array;
}

// samples(monitor, startMs, endMs, maxPoints): [time, cpu avg, min, max, thread avg, …, memory avg, min,
// max].
Napi::Value samples(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  Monitor* monitor = arguments.monitor(env);
  const double start = arguments.number(1, "startMs");
  const double end = arguments.number(2, "endMs", start, std::numeric_limits<double>::max());
  const double max_points = arguments.number(3, "maxPoints", 1, 1e9);
  if (!arguments.ok()) return info.Env().Undefined();
  const Columns columns =
      monitor->columns({env.to_core(start), env.to_core(end)}, static_cast<size_t>(max_points));
  std::vector<double> time;
  for (const Nanos t : columns.time) time.push_back(env.to_js(t));
  Napi::Array result = Napi::Array::New(info.Env());
  uint32_t next = 0;
  const auto push = [&](const std::vector<double>& values) {
    (void)result.Set(next++, to_array(info.Env(), values));
  };
  push(time);
  for (const Column* column : {&columns.cpu, &columns.thread, &columns.memory}) {
    push(column->avg);
    push(column->min);
    push(column->max);
  }
  return result;
}

}  // namespace

void export_windows(Napi::Object exports) {
  export_function(exports, "since", since);
  export_function(exports, "between", between);
  export_function(exports, "samples", samples);
}

}  // namespace spanmeter
