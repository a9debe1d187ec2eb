#pragma once

#include <napi.h>

#include <new>

namespace spanmeter {

// What each file of this folder exports, put into the exports of the addon.
void export_monitors(Napi::Object exports);
void export_windows(Napi::Object exports);
void export_health(Napi::Object exports);
void export_spans(Napi::Object exports);
void export_ledger(Napi::Object exports);
void export_loop_blocks(Napi::Object exports);
void export_probe(Napi::Object exports);

// No exception of C++ passes the border: where there is no memory for what a function does, it throws an
// Error in JavaScript.
template <typename Callback>
auto guarded(Callback function) {
  return [function](const Napi::CallbackInfo& info) {
    using Result = decltype(function(info));
    try {
      return function(info);
    } catch (const std::bad_alloc&) {
      napi_throw_error(info.Env(), nullptr, "spanmeter native: there is no memory for it");
      return Result();
    }
  };
}

template <typename Callback>
void export_function(Napi::Object exports, const char* name, Callback function) {
  (void)exports.Set(name, Napi::Function::New(exports.Env(), guarded(function), name));
}

}  // namespace spanmeter
