#pragma once

#include <napi.h>

#include <cmath>
#include <string>

#include "environment.h"

namespace spanmeter {

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

// The one argument of a function that runs once a span, straight on Node-API, which takes half as long as
// Arguments: a handle of a slot. False, and a TypeError is thrown, if it cannot be one.
inline bool handle_argument(napi_env env, napi_value argument, const char* name, SlotHandle& handle) {
  double value = -1;
  napi_get_value_double(env, argument, &value);
  if (value >= 0 && value <= kLargestHandle) return handle = static_cast<SlotHandle>(value), true;
  const std::string message = std::string("spanmeter native: ") + name + " must be a number in range";
  napi_throw_type_error(env, nullptr, message.c_str());
  return false;
}

}  // namespace spanmeter
