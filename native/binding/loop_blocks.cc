// When the event loop did not come round for long.

#include <dlfcn.h>

#include <memory>

#include "arguments.h"
#include "exports.h"
#include "loop_watch.h"

namespace spanmeter {
namespace {

// The time in which callbacks ran between two waits for events. libuv says when it is about to wait, and how
// long it has waited so far: the wait that comes right after one such moment is over when callbacks begin to
// run.
class LoopBlocks {
 public:
  LoopBlocks(Napi::Env env, Napi::Function on_block, Nanos min)
      : env_(env), on_block_(Napi::Weak(on_block)), min_(min) {}

  // False where the host cannot do it.
  bool begin() {
    if (dlsym(RTLD_DEFAULT, "uv_metrics_idle_time") == nullptr) return false;
    if (napi_get_uv_event_loop(env_, &loop_) != napi_ok) return false;
    watch_ = LoopWatch::open(
        env_, [](void* data) { static_cast<LoopBlocks*>(data)->loop_waits(); }, this);
    if (watch_ == nullptr) return false;
    restart();
    watch_->start();
    return true;
  }

  void end() { watch_ = nullptr; }
  void set_min(Nanos min) { min_ = min; }

  // A callback begins only now, and what came before it does not count.
  void restart() {
    last_ = monotonic_now();
    waited_ = waited();
  }

  // When the callbacks that run now began.
  Nanos running_since() const { return last_ + (waited() - waited_); }

 private:
  Nanos waited() const {
    return watch_ == nullptr ? waited_ : static_cast<Nanos>(uv_metrics_idle_time(loop_));
  }

  void loop_waits() {
    const Nanos from = running_since();
    const Nanos until = monotonic_now();
    if (until - from >= min_) report(from, until);
    restart();
  }

  void report(Nanos from, Nanos until) {
    const Napi::HandleScope scope(env_);
    const Napi::Function on_block = on_block_.Value();
    if (on_block.IsEmpty()) return;
    const Environment& environment = *env_.GetInstanceData<Environment>();
    napi_value arguments[2] = {};
    napi_create_double(env_, environment.to_js(from), &arguments[0]);
    napi_create_double(env_, environment.to_js(until), &arguments[1]);
    napi_value receiver = nullptr, result = nullptr;
    napi_get_global(env_, &receiver);
    const napi_status status = napi_make_callback(env_, nullptr, receiver, on_block, 2, arguments, &result);
    if (status == napi_ok) return;
    // It catches what it throws itself. So this is of the host's ticks, which run as a callback ends, and is
    // nobody's to catch; or nothing, where a worker is being terminated.
    napi_value error = nullptr;
    napi_valuetype type = napi_undefined;
    if (napi_get_and_clear_last_exception(env_, &error) != napi_ok || status != napi_pending_exception)
      return;
    if (napi_typeof(env_, error, &type) != napi_ok || type == napi_undefined || type == napi_null) return;
    napi_fatal_exception(env_, error);
  }

  const Napi::Env env_;
  // Held by JavaScript: a realm goes without saying so.
  Napi::FunctionReference on_block_;
  Nanos min_;
  uv_loop_t* loop_ = nullptr;
  LoopWatch::Owner watch_;
  Nanos last_ = 0;    // when the loop was last about to wait
  Nanos waited_ = 0;  // how long it had waited by then
};

LoopBlocks& blocks_of(const Napi::CallbackInfo& info) {
  return *static_cast<LoopBlocks*>(info.Data());
}

// end(): nothing is reported any more.
void end(const Napi::CallbackInfo& info) {
  blocks_of(info).end();
}

// restart(): what the thread did so far is no part of a block.
void restart(const Napi::CallbackInfo& info) {
  blocks_of(info).restart();
}

// setMin(ms): the shortest block that is reported.
void set_min(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double min = arguments.number(0, "min", 0, 1e9);
  if (arguments.ok()) blocks_of(info).set_min(static_cast<Nanos>(min * 1e6));
}

// runningSince(): when the callbacks that run now began.
Napi::Value running_since(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Environment::of(info).to_js(blocks_of(info).running_since()));
}

// loopBlocks(minMs, onBlock): { end, restart, setMin, runningSince } of a new watch; undefined where the host
// cannot do it. `onBlock`, which is held weakly, is called with the start and the end of each block when it
// is over, before the loop waits.
Napi::Value loop_blocks(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const double min = arguments.number(0, "min", 0, 1e9);
  if (arguments.ok() && !info[1].IsFunction()) arguments.fail("onBlock", "a function");
  if (!arguments.ok()) return info.Env().Undefined();
  const auto blocks =
      std::make_shared<LoopBlocks>(info.Env(), info[1].As<Napi::Function>(), static_cast<Nanos>(min * 1e6));
  if (!blocks->begin()) return info.Env().Undefined();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](const char* name, auto call) {
    const Napi::Function function = Napi::Function::New(info.Env(), guarded(call), name, blocks.get());
    if (function.IsEmpty()) return;  // the worker is being terminated
    function.AddFinalizer([](Napi::Env, std::shared_ptr<LoopBlocks>* held) { delete held; },
                          new std::shared_ptr<LoopBlocks>(blocks));
    (void)result.Set(name, function);
  };
  add("end", end);
  add("restart", restart);
  add("setMin", set_min);
  add("runningSince", running_since);
  return result;
}

}  // namespace

void export_loop_blocks(Napi::Object exports) {
  export_function(exports, "loopBlocks", loop_blocks);
}

}  // namespace spanmeter
