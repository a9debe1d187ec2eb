#pragma once

#include <napi.h>

#include "../core/attribution/ledger.h"
#include "layout.h"
#include "loop_watch.h"

namespace spanmeter {

// A ledger of the thread, and the array that it shares with JavaScript: see LedgerSlot. Nothing is written to
// an array that was sent to another thread. It lives as long as one of its functions.
struct SharedLedger {
  const Napi::Env env;
  const Napi::Reference<Napi::Float64Array> shared;
  Ledger ledger;
  LoopWatch::Owner loop;

  static SharedLedger& of(const Napi::CallbackInfo& info) { return *static_cast<SharedLedger*>(info.Data()); }

  void answer(Nanos first, Nanos second, Nanos third = 0) {
    Napi::Float64Array out = shared.Value();
    if (out.ElementLength() < kLedgerLength) return;
    out[kFirstAnswer] = to_ms(first);
    out[kSecondAnswer] = to_ms(second);
    out[kThirdAnswer] = to_ms(third);
  }

  void loop_waits() {
    ledger.wait(ticks_now());
    const Napi::HandleScope scope(env);
    Napi::Float64Array out = shared.Value();
    if (out.ElementLength() >= kLedgerLength) out[kLoopWaited] = 1;
  }
};

}  // namespace spanmeter
