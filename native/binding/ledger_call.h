#pragma once

#include "shared_ledger.h"

namespace spanmeter {

// The ledger of a call, and the account that is its first argument. Straight on Node-API, which takes half as
// long; what is not a number of an open account stands for nobody.
struct LedgerArguments {
  SharedLedger* shared = nullptr;
  int32_t account = Ledger::kNobody;
};
inline LedgerArguments ledger_arguments(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void* shared;
  LedgerArguments arguments;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, &shared) != napi_ok) return arguments;
  arguments.shared = static_cast<SharedLedger*>(shared);
  napi_get_value_int32(env, argument, &arguments.account);
  return arguments;
}

// A function of one account that answers nothing.
template <void (*function)(Ledger&, SlotHandle)>
napi_value ledger_call(napi_env env, napi_callback_info info) {
  const auto [shared, account] = ledger_arguments(env, info);
  if (shared != nullptr) function(shared->ledger, account);
  return nullptr;
}

}  // namespace spanmeter
