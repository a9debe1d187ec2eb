// The marks of spans, which are kept on this side.

#include <cstring>
#include <memory>

#include "arguments.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

// The spans of one monitor at one level of detail. Their functions carry what they need: each runs once a
// span.
class MonitorSpans {
 public:
  MonitorSpans(Environment& env, int64_t monitor, bool details, const Napi::Float64Array& stats)
      : environment_(env), id_(monitor), details_(details), stats_(Napi::Persistent(stats)) {}

  bool details() const { return details_; }
  Napi::Float64Array stats() const { return stats_.Value(); }
  // Null once it was closed.
  Monitor* monitor() const {
    const auto found = environment_.monitors.find(id_);
    return found == environment_.monitors.end() ? nullptr : found->second.get();
  }
  static MonitorSpans& of(const Napi::CallbackInfo& info) { return *static_cast<MonitorSpans*>(info.Data()); }

 private:
  Environment& environment_;
  const int64_t id_;
  const bool details_;
  const Napi::Reference<Napi::Float64Array> stats_;
};

// open(): handle of a mark that is kept here; 0 when too many are open.
Napi::Value open_span(const Napi::CallbackInfo& info) {
  const MonitorSpans& spans = MonitorSpans::of(info);
  Monitor* monitor = spans.monitor();
  if (monitor == nullptr || !monitor->running()) {
    Arguments(info).fail("monitor", "running");
    return info.Env().Undefined();
  }
  return Napi::Number::New(info.Env(), monitor->open_span(spans.details()));
}

// close(span): the window since the span was opened. False if it is not open.
Napi::Value close_span(const Napi::CallbackInfo& info) {
  const MonitorSpans& spans = MonitorSpans::of(info);
  Arguments arguments(info);
  const double span = arguments.number(0, "span", 0, kLargestHandle);
  Napi::Float64Array out = spans.stats();
  if (out.ElementLength() < kStatsLength) arguments.fail("stats", "where it was");  // sent to another thread
  Monitor* monitor = spans.monitor();
  if (!arguments.ok() || monitor == nullptr) return Napi::Boolean::New(info.Env(), false);
  const auto stats = monitor->close_span(static_cast<SlotHandle>(span), spans.details());
  if (stats) std::memcpy(out.Data(), &*stats, sizeof *stats);
  return Napi::Boolean::New(info.Env(), stats.has_value());
}

// drop(span): nobody will ask what happened since it was opened.
void drop_span(const Napi::CallbackInfo& info) {
  const MonitorSpans& spans = MonitorSpans::of(info);
  Arguments arguments(info);
  const double span = arguments.number(0, "span", 0, kLargestHandle);
  Monitor* monitor = spans.monitor();
  if (arguments.ok() && monitor != nullptr) monitor->drop_span(static_cast<SlotHandle>(span));
}

// spans(monitor, details, stats): { open, close, drop }; close() writes its answer to stats.
Napi::Value spans_of_monitor(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  const bool found = arguments.monitor(env) != nullptr;
  const bool details = arguments.boolean(1, "details");
  arguments.doubles(2, "stats", kStatsLength);
  if (!found || !arguments.ok()) return info.Env().Undefined();
  const auto spans = std::make_shared<MonitorSpans>(env, info[0].As<Napi::Number>().Int64Value(), details,
                                                    info[2].As<Napi::Float64Array>());
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](Napi::Function function, const char* name) {
    if (function.IsEmpty()) return;  // the worker is being terminated
    // They live as long as one of the functions.
    function.AddFinalizer([](Napi::Env, std::shared_ptr<MonitorSpans>* held) { delete held; },
                          new std::shared_ptr<MonitorSpans>(spans));
    (void)result.Set(name, function);
  };
  add(Napi::Function::New<open_span>(info.Env(), "open", spans.get()), "open");
  add(Napi::Function::New<close_span>(info.Env(), "close", spans.get()), "close");
  add(Napi::Function::New<drop_span>(info.Env(), "drop", spans.get()), "drop");
  return result;
}

}  // namespace

void export_spans(Napi::Object exports) {
  export_function(exports, "spans", spans_of_monitor);
}

}  // namespace spanmeter
