// The only file that speaks Node-API. It checks what comes in, converts units and calls the core; it holds no
// logic. Times cross as performance.now() milliseconds of the calling thread, counters and answers in
// Float64Arrays whose layout is exported as `layout`. NaN stands for a value the machine does not tell.

#include <dlfcn.h>
#include <napi.h>
#include <uv.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/attribution/ledger.h"
#include "core/monitor.h"
#include "core/probe/clock_step.h"
#include "core/probe/host.h"
#include "core/probe/source_costs.h"

namespace spanmeter {
namespace {

#define X(name) #name,
constexpr const char* kEdgeNames[] = {SPANMETER_EDGE(X)};
constexpr const char* kStatsNames[] = {SPANMETER_STATS(X)};
#undef X
constexpr const char* kSourceNames[] = {"threads", "memory",  "faults", "schedstat",
                                        "io",      "network", "cgroup"};
constexpr const char* kCauseNames[] = {"throttled", "stopped",   "suspended",
                                       "starved",   "imprecise", "unknown"};
constexpr size_t kEdgeLength = std::size(kEdgeNames);
constexpr size_t kStatsLength = std::size(kStatsNames);
static_assert(std::size(kSourceNames) == kSourceCount, "each source has a name");
static_assert(std::size(kCauseNames) == kCauseCount, "each cause has a name");
static_assert(sizeof(Edge) == kEdgeLength * sizeof(int64_t), "an edge is its words and nothing else");
static_assert(sizeof(WindowStats) == kStatsLength * sizeof(double),
              "an answer is its numbers and nothing else");

// Calls back each time the event loop is about to wait for events: a libuv prepare handle, that keeps no loop
// alive and is closed with the environment. Looked up at run time, since not every host has libuv.
class LoopWatch {
 public:
  using Callback = void (*)(void* data);

  // Null where the host cannot do it.
  static LoopWatch* open(napi_env env, Callback callback, void* data) {
    uv_loop_t* loop;
    if (dlsym(RTLD_DEFAULT, "uv_prepare_init") == nullptr) return nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
    auto* watch = new LoopWatch(callback, data);
    if (uv_prepare_init(loop, &watch->handle_) != 0) return delete watch, nullptr;
    watch->handle_.data = watch;
    uv_unref(watch->base());
    if (napi_add_async_cleanup_hook(env, &close, watch, nullptr) == napi_ok) return watch;
    uv_close(watch->base(), [](uv_handle_t* handle) { delete static_cast<LoopWatch*>(handle->data); });
    return nullptr;
  }

  void start() {
    uv_prepare_start(&handle_, [](uv_prepare_t* handle) {
      const LoopWatch& watch = *static_cast<LoopWatch*>(handle->data);
      watch.callback_(watch.data_);
    });
  }
  void stop() { uv_prepare_stop(&handle_); }

 private:
  LoopWatch(Callback callback, void* data) : callback_(callback), data_(data) {}

  static void close(napi_async_cleanup_hook_handle hook, void* data) {
    auto* watch = static_cast<LoopWatch*>(data);
    watch->hook_ = hook;
    uv_close(watch->base(), [](uv_handle_t* handle) {
      auto* closed = static_cast<LoopWatch*>(handle->data);
      napi_remove_async_cleanup_hook(closed->hook_);
      delete closed;
    });
  }
  uv_handle_t* base() { return reinterpret_cast<uv_handle_t*>(&handle_); }

  const Callback callback_;
  void* const data_;
  uv_prepare_t handle_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
};

// A ledger of the thread, and an array that it shares with JavaScript: two numbers of an answer, and one that
// is 1 from when the event loop began to wait, and the thread turned to nobody, until JavaScript sets it
// back.
struct LedgerPort {
  static constexpr size_t kShared = 3;
  const Napi::Env env;
  const Napi::Reference<Napi::Float64Array> shared;
  Ledger ledger;
  LoopWatch* loop = nullptr;  // owned by the environment

  static LedgerPort& of(const Napi::CallbackInfo& info) { return *static_cast<LedgerPort*>(info.Data()); }
  void reply(Nanos first, Nanos second) {
    Napi::Float64Array out = shared.Value();
    if (out.ElementLength() < kShared) return;  // sent to another thread
    out[0] = to_ms(first);
    out[1] = to_ms(second);
  }
  void rest() {
    ledger.turn_to(Ledger::kNobody, ticks_now());
    const Napi::HandleScope scope(env);
    Napi::Float64Array out = shared.Value();
    if (out.ElementLength() >= kShared) out[2] = 1;
  }
};

// One per Node environment: the main thread or a worker. Destroyed with it, which stops its monitors.
struct Environment {
  AskingThread thread;
  double origin_ms = 0;  // CLOCK_MONOTONIC when performance.now() was 0 on this thread
  std::map<int64_t, std::unique_ptr<Monitor>> monitors;
  std::vector<std::unique_ptr<LedgerPort>> ledgers;
  int64_t next_id = 1;

  Nanos to_core(double ms) const {
    const double ns = (ms + origin_ms) * static_cast<double>(kMillisecond);
    constexpr double kLimit = 4e18;  // fits 63 bits with room for a subtraction
    return static_cast<Nanos>(std::fmin(std::fmax(ns, -kLimit), kLimit));
  }
  double to_js(Nanos time) const {
    return static_cast<double>(time) / static_cast<double>(kMillisecond) - origin_ms;
  }
};

// The arguments of one call. The first one that does not fit throws a TypeError; ok() is false from then on.
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  bool ok() const { return ok_; }
  void fail(const char* name, const char* expected) {
    if (!ok_) return;  // an exception is pending already
    ok_ = false;
    const std::string message = std::string("spanmeter native: ") + name + " must be " + expected;
    Napi::TypeError::New(info_.Env(), message).ThrowAsJavaScriptException();
  }

  double number(size_t i, const char* name) {
    if (!info_[i].IsNumber()) return fail(name, "a number"), 0;
    const double value = info_[i].As<Napi::Number>().DoubleValue();
    if (!std::isfinite(value)) return fail(name, "a finite number"), 0;
    return value;
  }

  double number(size_t i, const char* name, double low, double high) {
    const double value = number(i, name);
    if (ok_ && !(value >= low && value <= high)) fail(name, "a number in range");
    return value;
  }

  bool boolean(size_t i, const char* name) {
    if (!info_[i].IsBoolean()) return fail(name, "a boolean"), false;
    return info_[i].As<Napi::Boolean>().Value();
  }

  double* doubles(size_t i, const char* name, size_t length) {
    if (info_[i].IsTypedArray() && info_[i].As<Napi::TypedArray>().TypedArrayType() == napi_float64_array) {
      const auto array = info_[i].As<Napi::Float64Array>();
      if (array.ElementLength() >= length) return const_cast<double*>(array.Data());
    }
    return fail(name, ("a Float64Array of at least " + std::to_string(length)).c_str()), nullptr;
  }

  Monitor* monitor(Environment& environment) {
    const double id = number(0, "monitor");
    if (!ok_) return nullptr;
    const auto found = environment.monitors.find(static_cast<int64_t>(std::fmin(std::fmax(id, 0), 1e15)));
    const bool open = found != environment.monitors.end() && static_cast<double>(found->first) == id;
    if (!open) return fail("monitor", "an open monitor"), nullptr;
    return found->second.get();
  }

  Monitor* running_monitor(Environment& environment) {
    Monitor* found = monitor(environment);
    if (found != nullptr && !found->running()) return fail("monitor", "running"), nullptr;
    return found;
  }

 private:
  const Napi::CallbackInfo& info_;
  bool ok_ = true;
};

Environment& environment(const Napi::CallbackInfo& info) {
  return *info.Env().GetInstanceData<Environment>();
}

// The first word of an edge is its time, which crosses as the thread's own milliseconds.
void store(const Environment& env, const Edge& edge, double* out) {
  int64_t words[kEdgeLength];
  std::memcpy(words, &edge, sizeof edge);
  out[0] = env.to_js(edge.time);
  for (size_t i = 1; i < kEdgeLength; i++)
    out[i] = words[i] == kMissing ? kUnknown : static_cast<double>(words[i]);
}

Edge load(const Environment& env, const double* in) {
  int64_t words[kEdgeLength] = {};
  for (size_t i = 1; i < kEdgeLength; i++) {
    const bool known = std::fabs(in[i]) < 4e18;  // false for NaN, and for what JavaScript may have put there
    words[i] = known ? static_cast<int64_t>(in[i]) : kMissing;
  }
  Edge edge;
  std::memcpy(&edge, words, sizeof edge);
  edge.time = env.to_core(in[0]);
  return edge;
}

// now(): CLOCK_MONOTONIC in milliseconds.
Napi::Value now(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), to_ms(monotonic_now()));
}

// setTimeOrigin(ms): CLOCK_MONOTONIC when performance.now() was 0 on the calling thread.
void set_time_origin(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double origin = arguments.number(0, "origin");
  if (arguments.ok()) environment(info).origin_ms = origin;
}

// open(periodMs, historyMs, sources, maxOverheadPercent, always): id of a new monitor. `sources` has a bit
// for each of layout.sources; an overhead of 0 is no limit.
Napi::Value open(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double period = arguments.number(0, "period", 0.001, 1e9);
  const double history = arguments.number(1, "history", 0.001, 1e9);
  const double sources = arguments.number(2, "sources", 0, kAllSources);
  const double overhead = arguments.number(3, "maxOverheadPercent", 0, 100);
  const bool always = arguments.boolean(4, "always");
  if (!arguments.ok()) return info.Env().Undefined();
  Environment& env = environment(info);
  const Demand demand{{static_cast<Nanos>(period * 1e6), static_cast<Nanos>(history * 1e6)},
                      static_cast<SourceSet>(sources) | source_bit(Source::kThreads),
                      overhead / 100};
  const int64_t id = env.next_id++;
  env.monitors.emplace(id, std::make_unique<Monitor>(env.thread, demand, always));
  return Napi::Number::New(info.Env(), static_cast<double>(id));
}

// start(monitor): undefined, or why sampling cannot begin.
Napi::Value start(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(environment(info));
  if (monitor == nullptr) return info.Env().Undefined();
  const int error = monitor->start();
  if (error == 0) return info.Env().Undefined();
  return Napi::String::New(info.Env(), strerror(error));
}

// stop(monitor)
void stop(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  if (Monitor* monitor = arguments.monitor(environment(info))) monitor->stop();
}

// close(monitor): stops it and forgets it.
void close(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  if (arguments.monitor(environment(info)) == nullptr) return;
  environment(info).monitors.erase(static_cast<int64_t>(info[0].As<Napi::Number>().DoubleValue()));
}

// mark(monitor, edge): reads the counters into the edge; keeps the sampler awake until release().
void mark(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.running_monitor(environment(info));
  double* edge = arguments.doubles(1, "edge", kEdgeLength);
  if (arguments.ok()) store(environment(info), monitor->mark(), edge);
}

// release(monitor)
void release(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  if (Monitor* monitor = arguments.monitor(environment(info))) monitor->release();
}

// The spans of one monitor at one level of detail, as functions that carry what they need: each runs once a
// span.
class SpanPort {
 public:
  SpanPort(Environment& env, int64_t monitor, bool details, const Napi::Float64Array& stats)
      : environment_(env), id_(monitor), details_(details), stats_(Napi::Persistent(stats)) {}

  bool details() const { return details_; }
  Napi::Float64Array stats() const { return stats_.Value(); }
  Monitor* monitor() const {
    const auto found = environment_.monitors.find(id_);
    return found == environment_.monitors.end() ? nullptr : found->second.get();
  }
  static SpanPort& of(const Napi::CallbackInfo& info) { return *static_cast<SpanPort*>(info.Data()); }

 private:
  Environment& environment_;
  const int64_t id_;  // of the monitor, which may have been closed
  const bool details_;
  const Napi::Reference<Napi::Float64Array> stats_;
};

// open(): handle of a mark that is kept here; 0 when too many are open.
Napi::Value open_span(const Napi::CallbackInfo& info) {
  const SpanPort& port = SpanPort::of(info);
  Monitor* monitor = port.monitor();
  if (monitor == nullptr || !monitor->running()) {
    Arguments(info).fail("monitor", "running");
    return info.Env().Undefined();
  }
  return Napi::Number::New(info.Env(), monitor->open_span(port.details()));
}

// close(span): the window since the span was opened. False if it is not open.
Napi::Value close_span(const Napi::CallbackInfo& info) {
  const SpanPort& port = SpanPort::of(info);
  Arguments arguments(info);
  const double span = arguments.number(0, "span", 0, kLargestHandle);
  Napi::Float64Array out = port.stats();
  if (out.ElementLength() < kStatsLength) arguments.fail("stats", "where it was");  // sent to another thread
  Monitor* monitor = port.monitor();
  if (!arguments.ok() || monitor == nullptr) return Napi::Boolean::New(info.Env(), false);
  const auto stats = monitor->close_span(static_cast<SlotHandle>(span), port.details());
  if (stats) std::memcpy(out.Data(), &*stats, sizeof *stats);
  return Napi::Boolean::New(info.Env(), stats.has_value());
}

// drop(span): nobody will ask what happened since it was opened.
void drop_span(const Napi::CallbackInfo& info) {
  const SpanPort& port = SpanPort::of(info);
  Arguments arguments(info);
  const double span = arguments.number(0, "span", 0, kLargestHandle);
  Monitor* monitor = port.monitor();
  if (arguments.ok() && monitor != nullptr) monitor->drop_span(static_cast<SlotHandle>(span));
}

// spans(monitor, details, stats): { open, close, drop }; close() writes its answer to stats.
Napi::Value spans(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = environment(info);
  const bool found = arguments.monitor(env) != nullptr;
  const bool details = arguments.boolean(1, "details");
  arguments.doubles(2, "stats", kStatsLength);
  if (!found || !arguments.ok()) return info.Env().Undefined();
  const auto port = std::make_shared<SpanPort>(env, info[0].As<Napi::Number>().Int64Value(), details,
                                               info[2].As<Napi::Float64Array>());
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](Napi::Function function, const char* name) {
    if (function.IsEmpty()) return;  // the worker is being terminated
    // The port lives as long as one of its functions.
    function.AddFinalizer([](Napi::Env, std::shared_ptr<SpanPort>* held) { delete held; },
                          new std::shared_ptr<SpanPort>(port));
    (void)result.Set(name, function);
  };
  add(Napi::Function::New<open_span>(info.Env(), "open", port.get()), "open");
  add(Napi::Function::New<close_span>(info.Env(), "close", port.get()), "close");
  add(Napi::Function::New<drop_span>(info.Env(), "drop", port.get()), "drop");
  return result;
}

SlotHandle account_argument(Arguments& arguments) {
  return static_cast<SlotHandle>(arguments.number(0, "account", 0, kLargestHandle));
}

// open(parent): a new account; 0 when too many are open.
Napi::Value open_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle parent = account_argument(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), LedgerPort::of(info).ledger.open(parent));
}

// Straight on Node-API, which takes half as long; what is not a number of an open account stands for nobody.
template <void (*tell)(Ledger&, SlotHandle)>
napi_value tell_ledger(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void* port;
  int32_t account = Ledger::kNobody;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, &port) != napi_ok) return nullptr;
  napi_get_value_int32(env, argument, &account);
  tell(static_cast<LedgerPort*>(port)->ledger, account);
  return nullptr;
}

// turn(account): from now on the thread works for this one. It runs at every await.
void turn_to(Ledger& ledger, SlotHandle account) {
  ledger.turn_to(account, ticks_now());
}

// name(account): the thread has worked for this one since its last turn.
void name(Ledger& ledger, SlotHandle account) {
  ledger.name(account);
}

// close(account, totals): answers with its CPU time and, if asked for, that with all below it, in ms. False
// if it is not open.
Napi::Value close_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle account = account_argument(arguments);
  const bool with_total = arguments.boolean(1, "totals");
  if (!arguments.ok()) return info.Env().Undefined();
  LedgerPort& port = LedgerPort::of(info);
  const auto totals = port.ledger.close(account, ticks_now(), with_total);
  if (totals) port.reply(totals->self, totals->total);
  return Napi::Boolean::New(info.Env(), totals.has_value());
}

// self(account): answers with its CPU time up to the last check, in ms; sums() makes one. False if it is not
// open.
Napi::Value self_of_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle account = account_argument(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  LedgerPort& port = LedgerPort::of(info);
  const auto self = port.ledger.checked_self(account);
  if (self) port.reply(*self, *self);
  return Napi::Boolean::New(info.Env(), self.has_value());
}

// sums(): answers with the CPU time of the thread since the ledger began, and the part of it that was
// nobody's.
void sums_of_accounts(const Napi::CallbackInfo& info) {
  LedgerPort& port = LedgerPort::of(info);
  const Ledger::Sums sums = port.ledger.sums(ticks_now());
  port.reply(sums.all, sums.nobody);
}

// watchLoop(on): whether the thread turns to nobody each time the event loop is about to wait, and the array
// says so.
void watch_loop(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const bool on = arguments.boolean(0, "on");
  LedgerPort& port = LedgerPort::of(info);
  if (!arguments.ok()) return;
  if (on && port.loop == nullptr) {
    const auto rest = [](void* data) { static_cast<LedgerPort*>(data)->rest(); };
    port.loop = LoopWatch::open(info.Env(), rest, &port);
  }
  if (port.loop == nullptr) return;
  on ? port.loop->start() : port.loop->stop();
}

Ledger new_ledger() {
  const auto thread_cpu_now = [] { return read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(0); };
  const double tick = measure_tick();
  return Ledger({monotonic_now, thread_cpu_now}, ticks_now(), tick);
}

// ledger(shared): { open, turn, name, close, self, sums, watchLoop } of a new ledger of this thread. It lives
// as long as the thread.
Napi::Value ledger(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  arguments.doubles(0, "shared", LedgerPort::kShared);
  if (!arguments.ok()) return info.Env().Undefined();
  auto shared = Napi::Persistent(info[0].As<Napi::Float64Array>());
  auto& ports = environment(info).ledgers;
  ports.emplace_back(new LedgerPort{info.Env(), std::move(shared), new_ledger()});
  LedgerPort* port = ports.back().get();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](const char* name, auto function) {
    (void)result.Set(name, Napi::Function::New(info.Env(), function, name, port));
  };
  add("open", open_account);
  add("close", close_account);
  add("self", self_of_account);
  add("sums", sums_of_accounts);
  add("watchLoop", watch_loop);
  const auto add_told = [&](const char* name, napi_callback told) {
    napi_value function;
    if (napi_create_function(info.Env(), name, NAPI_AUTO_LENGTH, told, port, &function) == napi_ok) {
      (void)result.Set(name, function);
    }
  };
  add_told("turn", tell_ledger<turn_to>);
  add_told("name", tell_ledger<name>);
  return result;
}

// read(monitor, edge): reads the counters into the edge.
void read(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(environment(info));
  double* edge = arguments.doubles(1, "edge", kEdgeLength);
  if (arguments.ok()) store(environment(info), monitor->edge(), edge);
}

// since(monitor, startEdge, endEdge, stats): the window between two edges.
void since(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(environment(info));
  const double* start = arguments.doubles(1, "startEdge", kEdgeLength);
  const double* end = arguments.doubles(2, "endEdge", kEdgeLength);
  double* out = arguments.doubles(3, "stats", kStatsLength);
  if (!arguments.ok()) return;
  const Edge from = load(environment(info), start);
  Edge to = load(environment(info), end);
  if (to.time < from.time) to.time = from.time;
  const WindowStats stats = monitor->window({from.time, to.time, &from, &to});
  std::memcpy(out, &stats, sizeof stats);
}

// between(monitor, startMs, endMs, stats): the window between two moments.
void between(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Environment& env = environment(info);
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
  Environment& env = environment(info);
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

// health(monitor): a plain object of numbers; `errors` holds a message for each source that cannot be read.
Napi::Value health(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  Monitor* monitor = arguments.monitor(environment(info));
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

// host(): what the machine offers to the sampler, a plain object of numbers without those that it does not
// tell.
Napi::Value host(const Napi::CallbackInfo& info) {
  const Host host = probe_host();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, double value) { (void)result.Set(name, value); };
  set("nodeApi", NAPI_VERSION);
  set("pageBytes", static_cast<double>(host.page_bytes));
  set("clockResolutionNs", static_cast<double>(host.clock_resolution));
  set("clockReadingNs", host.clock_reading);
  set("cgroupVersion", static_cast<double>(host.cgroup_version));
  if (host.scheduling) set("timerSlackNs", static_cast<double>(host.scheduling->timer_slack));
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

template <size_t N>
Napi::Array to_names(Napi::Env env, const char* const (&names)[N]) {
  Napi::Array array = Napi::Array::New(env, N);
  for (uint32_t i = 0; i < N; i++) (void)array.Set(i, names[i]);
  return array;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  Napi::Object layout = Napi::Object::New(env);
  (void)layout.Set("edge", to_names(env, kEdgeNames));
  (void)layout.Set("stats", to_names(env, kStatsNames));
  (void)layout.Set("sources", to_names(env, kSourceNames));
  (void)exports.Set("layout", layout);
  const auto add = [&](const char* name, auto function) {
    (void)exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("now", now);
  add("setTimeOrigin", set_time_origin);
  add("open", open);
  add("start", start);
  add("stop", stop);
  add("close", close);
  add("spans", spans);
  add("ledger", ledger);
  add("mark", mark);
  add("release", release);
  add("read", read);
  add("since", since);
  add("between", between);
  add("samples", samples);
  add("health", health);
  add("host", host);
  add("sourceCosts", source_costs);
  add("clockStep", clock_step);
  return exports;
}

}  // namespace

NODE_API_MODULE(spanmeter, init)

}  // namespace spanmeter
