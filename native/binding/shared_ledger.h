#pragma once

#include <napi.h>

#include <memory>
#include <utility>

#include "../core/attribution/ledger.h"
#include "layout.h"
#include "loop_watch.h"
#include "shared_numbers.h"

namespace spanmeter {

// A ledger of the thread, and the array that it shares with JavaScript: see LedgerSlot. Nothing is written to
// an array that was sent to another thread. It lives as long as one of its functions.
struct SharedLedger : std::enable_shared_from_this<SharedLedger> {
  const Napi::Env env;
  const Napi::Reference<Napi::Float64Array> shared;
  Ledger ledger;
  LoopWatch::Owner loop;

  SharedLedger(Napi::Env of, Napi::Reference<Napi::Float64Array> array, OwnCpuClock& clock)
      : env(of), shared(std::move(array)), ledger(clock, ticks_now()) {}

  static SharedLedger& of(const Napi::CallbackInfo& info) { return *static_cast<SharedLedger*>(info.Data()); }

  void answer(Nanos first, Nanos second, Nanos third = 0) {
    double* const out = shared_numbers(env, shared, kLedgerLength);
    if (out == nullptr) return;
    out[kFirstAnswer] = to_ms(first);
    out[kSecondAnswer] = to_ms(second);
    out[kThirdAnswer] = to_ms(third);
  }

  void loop_waits() {
    ledger.wait(ticks_now());
    const Napi::HandleScope scope(env);
    if (double* const out = shared_numbers(env, shared, kLedgerLength)) out[kLoopWaited] = 1;
  }
};

}  // namespace spanmeter
