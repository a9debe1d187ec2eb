#include "loop_watch.h"

#include <dlfcn.h>

namespace spanmeter {

LoopWatch* LoopWatch::open(napi_env env, Callback callback, void* data) {
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

void LoopWatch::start() {
  uv_prepare_start(&handle_, [](uv_prepare_t* handle) {
    const LoopWatch& watch = *static_cast<LoopWatch*>(handle->data);
    watch.callback_(watch.data_);
  });
}

void LoopWatch::stop() {
  uv_prepare_stop(&handle_);
}

void LoopWatch::close(napi_async_cleanup_hook_handle hook, void* data) {
  auto* watch = static_cast<LoopWatch*>(data);
  watch->hook_ = hook;
  uv_close(watch->base(), [](uv_handle_t* handle) {
    auto* closed = static_cast<LoopWatch*>(handle->data);
    napi_remove_async_cleanup_hook(closed->hook_);
    delete closed;
  });
}

}  // namespace spanmeter
