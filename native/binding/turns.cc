// The record of a ledger's turns.

#include "turns.h"

#include <memory>
#include <vector>

#include "arguments.h"
#include "exports.h"
#include "shared_ledger.h"

namespace spanmeter {
namespace {

// A number that JavaScript has as well; NaN where nothing is known.
double to_js(TurnRecord::Owner owner) {
  return owner == TurnRecord::kUnknown ? std::nan("") : static_cast<double>(owner);
}

// take(moments): for each of these, in us of CLOCK_MONOTONIC and in their order, whom the thread worked for;
// then, of those in suspense that were named before, who they were and whose they turned out to be, in turn.
// Forgets all turns. Nobody has 0.
Napi::Value take_turns(const Napi::CallbackInfo& info, Ledger& ledger) {
  Arguments arguments(info);
  const double* const moments = arguments.doubles(0, "moments", 0);
  if (!arguments.ok()) return info.Env().Undefined();
  std::vector<Nanos> times(info[0].As<Napi::Float64Array>().ElementLength());
  for (size_t i = 0; i < times.size(); i++) {
    const double ns = moments[i] * static_cast<double>(kMicrosecond);
    times[i] = ns >= 0 && ns < 4e18 ? static_cast<Nanos>(ns) : 0;
  }
  const auto [owners, given] =
      ledger.turns() != nullptr ? ledger.take_turns(times, ticks_now()) : TurnRecord::nothing(times.size());
  const auto result = Napi::Float64Array::New(info.Env(), owners.size() + 2 * given.size());
  if (result.IsEmpty()) return info.Env().Undefined();  // the worker is being terminated
  double* out = const_cast<double*>(result.Data());
  for (const TurnRecord::Owner owner : owners) *out++ = to_js(owner);
  for (const auto& [from, to] : given) {
    *out++ = to_js(from);
    *out++ = to_js(to);
  }
  return result;
}

}  // namespace

Napi::Value keep_turns(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedLedger> shared = SharedLedger::of(info).shared_from_this();
  shared->ledger.keep_turns(Environment::of(info).last_owner);
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](const char* name, auto function) {
    const auto call = [shared, function](const Napi::CallbackInfo& of) {
      return function(of, shared->ledger);
    };
    (void)result.Set(name, Napi::Function::New(info.Env(), guarded(call), name));
  };
  add("take", take_turns);
  // closed(): whom the account had that was closed last.
  add("closed", [](const Napi::CallbackInfo& of, Ledger& ledger) -> Napi::Value {
    return Napi::Number::New(of.Env(), ledger.turns() == nullptr ? 0 : to_js(ledger.turns()->closed()));
  });
  // size(): how full it is, 0 … 1.
  add("size", [](const Napi::CallbackInfo& of, Ledger& ledger) -> Napi::Value {
    const size_t size = ledger.turns() == nullptr ? 0 : ledger.turns()->size();
    return Napi::Number::New(of.Env(), static_cast<double>(size) / TurnRecord::kMostTurns);
  });
  // end(): the ledger keeps no record any more.
  add("end", [](const Napi::CallbackInfo& of, Ledger& ledger) -> Napi::Value {
    ledger.drop_turns();
    return of.Env().Undefined();
  });
  return result;
}

}  // namespace spanmeter
