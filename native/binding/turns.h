#pragma once

#include <napi.h>

namespace spanmeter {

// turns(), a function of a ledger: it keeps a record of its turns from now on. Returns { take, closed, size,
// end } of that.
Napi::Value keep_turns(const Napi::CallbackInfo& info);

}  // namespace spanmeter
