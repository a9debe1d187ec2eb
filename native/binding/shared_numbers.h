#pragma once

#include <napi.h>

namespace spanmeter {

// What an array holds that this side shares with JavaScript. Null where it was sent to another thread: then
// it is empty. Straight on Node-API, whose wrapper first asks for each type that an array may have.
inline double* shared_numbers(napi_env env, napi_ref array, size_t length) {
  napi_value value;
  size_t found = 0;
  void* numbers = nullptr;
  if (napi_get_reference_value(env, array, &value) != napi_ok) return nullptr;
  if (napi_get_typedarray_info(env, value, nullptr, &found, &numbers, nullptr, nullptr) != napi_ok)
    return nullptr;
  return found >= length ? static_cast<double*>(numbers) : nullptr;
}

}  // namespace spanmeter
