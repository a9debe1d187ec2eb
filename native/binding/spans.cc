// The marks of spans, which are kept on this side.

#include <memory>
#include <new>

#include "arguments.h"
#include "exports.h"
#include "layout.h"
#include "shared_numbers.h"

namespace spanmeter {
namespace {

// The spans of one monitor at one level of detail. Their functions carry what they need: each runs once a
// span.
class MonitorSpans {
 public:
  MonitorSpans(Environment& env, int64_t monitor, bool details, const Napi::Float64Array& stats)
      : environment_(env), id_(monitor), details_(details), stats_(Napi::Persistent(stats)) {}
  // Whoever has these functions has the monitor. A realm that is gone closes none.
  ~MonitorSpans() { environment_.monitors.erase(id_); }
  MonitorSpans(const MonitorSpans&) = delete;
  MonitorSpans& operator=(const MonitorSpans&) = delete;

  bool details() const { return details_; }
  // Null once it was closed.
  Monitor* monitor() const {
    const auto found = environment_.monitors.find(id_);
    return found == environment_.monitors.end() ? nullptr : found->second.get();
  }
  // Where JavaScript reads an answer. Null where the array was sent to another thread.
  WindowStats* answer(napi_env env) const {
    return reinterpret_cast<WindowStats*>(shared_numbers(env, stats_, kStatsLength));
  }

 private:
  Environment& environment_;
  const int64_t id_;
  const bool details_;
  const Napi::Reference<Napi::Float64Array> stats_;
};

// Null when the worker is being terminated.
MonitorSpans* spans_of(napi_env env, napi_callback_info info, size_t count, napi_value* arguments) {
  void* spans = nullptr;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, &spans) != napi_ok) return nullptr;
  return static_cast<MonitorSpans*>(spans);
}

napi_value to_boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

// open(): handle of a mark that is kept here; 0 when too many are open, or there is no memory for it.
napi_value open_span(napi_env env, napi_callback_info info) {
  const MonitorSpans* spans = spans_of(env, info, 0, nullptr);
  Monitor* monitor = spans == nullptr ? nullptr : spans->monitor();
  napi_value result = nullptr;
  if (monitor == nullptr || !monitor->running()) {
    napi_throw_type_error(env, nullptr, "spanmeter native: monitor must be running");
    return result;
  }
  SlotHandle handle = 0;
  try {
    handle = monitor->open_span(spans->details());
  } catch (const std::bad_alloc&) {
  }
  napi_create_int32(env, handle, &result);
  return result;
}

// close(span): the window since the span was opened. False if it is not open, or there is no memory for it.
napi_value close_span(napi_env env, napi_callback_info info) {
  napi_value argument;
  SlotHandle span;
  const MonitorSpans* spans = spans_of(env, info, 1, &argument);
  if (spans == nullptr || !handle_argument(env, argument, "span", span)) return nullptr;
  Monitor* monitor = spans->monitor();
  if (monitor == nullptr) return to_boolean(env, false);
  if (WindowStats* const stats = spans->answer(env)) {
    try {
      return to_boolean(env, monitor->close_span(span, spans->details(), *stats));
    } catch (const std::bad_alloc&) {
      return to_boolean(env, false);
    }
  }
  monitor->drop_span(span);
  napi_throw_type_error(env, nullptr, "spanmeter native: stats was sent to another thread");
  return nullptr;
}

// drop(span): nobody will ask what happened since it was opened.
napi_value drop_span(napi_env env, napi_callback_info info) {
  napi_value argument;
  SlotHandle span;
  const MonitorSpans* spans = spans_of(env, info, 1, &argument);
  if (spans == nullptr || !handle_argument(env, argument, "span", span)) return nullptr;
  if (Monitor* monitor = spans->monitor()) monitor->drop_span(span);
  return nullptr;
}

// spans(monitor, details): { open, close, drop, stats }; close() writes its answer to stats. The monitor is
// closed when none of the functions is held any more.
Napi::Value spans_of_monitor(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = Environment::of(info);
  const bool found = arguments.monitor(env) != nullptr;
  const bool details = arguments.boolean(1, "details");
  if (!found || !arguments.ok()) return info.Env().Undefined();
  const auto stats = Napi::Float64Array::New(info.Env(), kStatsLength);
  const int64_t monitor = info[0].As<Napi::Number>().Int64Value();
  const auto spans = std::make_shared<MonitorSpans>(env, monitor, details, stats);
  Napi::Object result = Napi::Object::New(info.Env());
  (void)result.Set("stats", stats);
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value function;
    if (napi_create_function(info.Env(), name, NAPI_AUTO_LENGTH, callback, spans.get(), &function) !=
        napi_ok) {
      return;  // the worker is being terminated
    }
    // They live as long as one of the functions.
    Napi::Function(info.Env(), function)
        .AddFinalizer([](Napi::Env, std::shared_ptr<MonitorSpans>* held) { delete held; },
                      new std::shared_ptr<MonitorSpans>(spans));
    (void)result.Set(name, function);
  };
  add("open", open_span);
  add("close", close_span);
  add("drop", drop_span);
  return result;
}

}  // namespace

void export_spans(Napi::Object exports) {
  export_function(exports, "spans", spans_of_monitor);
}

}  // namespace spanmeter
