// A race on purpose, in a build of the addon that is made for it (RACE=1): who does not report this one would
// not report one of ours either. Each call from JavaScript passes by here, since the linker was asked to wrap
// what all of them begin with.

#ifdef SPANMETER_RACE

#include <node_api.h>

#include <thread>

static int unguarded = 0;

extern "C" {
napi_status __real_napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);

napi_status __wrap_napi_get_cb_info(napi_env env, napi_callback_info info, size_t* count,
                                    napi_value* arguments, napi_value* self, void** data) {
  std::thread other([] { unguarded++; });
  unguarded++;
  other.join();
  return __real_napi_get_cb_info(env, info, count, arguments, self, data);
}
}

#endif
