#include "loop_watch.h"

#include <dlfcn.h>

namespace spanmeter {

LoopWatch::Owner LoopWatch::open(napi_env env, Callback callback, void* data) {
  uv_loop_t* loop;
  if (dlsym(RTLD_DEFAULT, "uv_prepare_init") == nullptr) return nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
  auto* watch = new LoopWatch(callback, data);
  if (uv_prepare_init(loop, &watch->handle_) != 0) return delete watch, nullptr;
  watch->handle_.data = watch;
  uv_unref(watch->base());
  Owner owner(watch);
  if (napi_add_async_cleanup_hook(env, &close_with_environment, watch, &watch->hook_) != napi_ok)
    return nullptr;
  return owner;
}

void LoopWatch::start() {
  uv_prepare_start(&handle_, [](uv_prepare_t* handle) {
    const LoopWatch& watch = *static_cast<LoopWatch*>(handle->data);
    watch.callback_(watch.data_);
  });
}

void LoopWatch::stop() {
  uv_prepare_stop(&handle_);
}

void LoopWatch::leave() {
  left_ = true;
  stop();
  if (closed_) {
    delete this;
  } else {
    close();
  }
}

void LoopWatch::close_with_environment(napi_async_cleanup_hook_handle, void* data) {
  static_cast<LoopWatch*>(data)->close();
}

void LoopWatch::close() {
  if (uv_is_closing(base()) != 0) return;
  uv_close(base(), [](uv_handle_t* handle) {
    auto* watch = static_cast<LoopWatch*>(handle->data);
    watch->closed_ = true;
    const bool left = watch->left_;
    // The environment may go with it, and with that the owner.
    const napi_async_cleanup_hook_handle hook = watch->hook_;
    if (left) delete watch;
    if (hook != nullptr) napi_remove_async_cleanup_hook(hook);
  });
}

}  // namespace spanmeter
