#pragma once

#include <napi.h>

namespace spanmeter {

// What each file of this folder exports, put into the exports of the addon.
void export_monitors(Napi::Object exports);
void export_windows(Napi::Object exports);
void export_health(Napi::Object exports);
void export_spans(Napi::Object exports);
void export_ledger(Napi::Object exports);
void export_probe(Napi::Object exports);

template <typename Callback>
void export_function(Napi::Object exports, const char* name, Callback function) {
  (void)exports.Set(name, Napi::Function::New(exports.Env(), function, name));
}

}  // namespace spanmeter
