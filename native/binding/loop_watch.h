#pragma once

#include <node_api.h>
#include <uv.h>

#include <memory>

namespace spanmeter {

// Calls back each time the event loop is about to wait for events.
//
// Nothing else announces that. A `before` hook says that a callback begins; what the thread does after one
// ends, until the next begins, would count for the callback that ended. That is the way into the kernel and,
// once something happens, out of it again: 0.1 to 0.2 ms of CPU on some machines, for a span that did nothing
// but wait. libuv calls its prepare handles last before it waits, so a handle of that kind is the only one in
// here. It keeps no loop alive and is closed with its owner or with the environment, whichever goes first.
class LoopWatch {
 public:
  using Callback = void (*)(void* data);
  struct Close {
    void operator()(LoopWatch* watch) const { watch->leave(); }
  };
  using Owner = std::unique_ptr<LoopWatch, Close>;

  // Null where the host cannot do it. libuv is looked up at run time, since not every host has it.
  static Owner open(napi_env env, Callback callback, void* data);

  void start();
  void stop();

 private:
  LoopWatch(Callback callback, void* data) : callback_(callback), data_(data) {}

  // Both must have been called before it can be deleted.
  void leave();
  static void close_with_environment(napi_async_cleanup_hook_handle hook, void* data);
  void close();
  uv_handle_t* base() { return reinterpret_cast<uv_handle_t*>(&handle_); }

  const Callback callback_;
  void* const data_;
  uv_prepare_t handle_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool closed_ = false;  // the handle
  bool left_ = false;    // by its owner
};

}  // namespace spanmeter
