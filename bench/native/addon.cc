// What a benchmark needs inside the Node process that it measures: the CPU clock of the calling thread, the
// memory in use, threads that work to a plan, an empty wake-up loop. All times cross as milliseconds.

#include <malloc.h>
#include <node_api.h>

#include <memory>
#include <thread>

#include "burner.h"
#include "wake_loop.h"

namespace spanmeter::bench {
namespace {

double to_ms(Nanos time) {
  return static_cast<double>(time) / 1e6;
}

Nanos to_nanos(double ms) {
  return static_cast<Nanos>(ms * 1e6);
}

napi_value numbers(napi_env env, const std::vector<double>& values) {
  void* data = nullptr;
  napi_value buffer = nullptr, array = nullptr;
  napi_create_arraybuffer(env, values.size() * sizeof(double), &data, &buffer);
  std::copy(values.begin(), values.end(), static_cast<double*>(data));
  napi_create_typedarray(env, napi_float64_array, values.size(), buffer, 0, &array);
  return array;
}

napi_value argument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = nullptr;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  return value;
}

// threadCpu(): number
napi_value thread_cpu(napi_env env, napi_callback_info) {
  napi_value value = nullptr;
  napi_create_double(env, to_ms(own_cpu()), &value);
  return value;
}

// mallocBytes(): number: of the C library's heap, in use. Unlike the resident set it does not depend on what
// was freed when.
napi_value malloc_bytes(napi_env env, napi_callback_info) {
  const struct mallinfo2 heap = mallinfo2();
  napi_value value = nullptr;
  napi_create_double(env, static_cast<double>(heap.uordblks + heap.hblkhd), &value);
  return value;
}

// trimMalloc(): gives back what the C library's heap holds of freed memory
napi_value trim_malloc(napi_env, napi_callback_info) {
  malloc_trim(0);
  return nullptr;
}

std::thread burner;
std::vector<Burst> bursts;

// startBurner(plan: Float64Array): milliseconds to sleep and to spin in turn
napi_value start_burner(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  size_t length = 0;
  napi_get_typedarray_info(env, argument(env, info), nullptr, &length, &data, nullptr, nullptr);
  const double* ms = static_cast<const double*>(data);
  std::vector<Nanos> plan;
  for (size_t i = 0; i < length; i++) plan.push_back(to_nanos(ms[i]));
  burner = std::thread([plan = std::move(plan)] { bursts = burn(plan); });
  return nullptr;
}

// takeBursts(): Float64Array: waits for the end of the plan; begin, end, CPU at the begin and at the end of
// each burst
napi_value take_bursts(napi_env env, napi_callback_info) {
  burner.join();
  std::vector<double> values;
  for (const Burst& burst : bursts) {
    for (const Nanos time : {burst.begin, burst.end, burst.cpu_begin, burst.cpu_end}) {
      values.push_back(to_ms(time));
    }
  }
  return numbers(env, values);
}

WakeLoop loop;
std::atomic<bool> stop_loop{false};
std::thread loop_thread;

// startLoop(periodMs: number)
napi_value start_loop(napi_env env, napi_callback_info info) {
  double period = 0;
  napi_get_value_double(env, argument(env, info), &period);
  loop = {};
  stop_loop = false;
  loop_thread = std::thread([period] { loop.run(to_nanos(period), 3600 * kSecond, &stop_loop); });
  return nullptr;
}

// stopLoop(): Float64Array: ticks taken, CPU
napi_value stop_wake_loop(napi_env env, napi_callback_info) {
  stop_loop = true;
  loop_thread.join();
  return numbers(env, {static_cast<double>(loop.taken), to_ms(loop.cpu)});
}

}  // namespace
}  // namespace spanmeter::bench

NAPI_MODULE_INIT() {
  using namespace spanmeter::bench;
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
  add("threadCpu", thread_cpu);
  add("mallocBytes", malloc_bytes);
  add("trimMalloc", trim_malloc);
  add("startBurner", start_burner);
  add("takeBursts", take_bursts);
  add("startLoop", start_loop);
  add("stopLoop", stop_wake_loop);
  return exports;
}
