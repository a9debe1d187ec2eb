// Whom the thread works for.

#include <utility>

#include "arguments.h"
#include "exports.h"
#include "layout.h"

namespace spanmeter {
namespace {

SlotHandle account_argument(Arguments& arguments) {
  return static_cast<SlotHandle>(arguments.number(0, "account", 0, kLargestHandle));
}

// open(parent): a new account; 0 when too many are open.
Napi::Value open_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle parent = account_argument(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), SharedLedger::of(info).ledger.open(parent));
}

// A function of one account that answers nothing. Straight on Node-API, which takes half as long; what is not
// a number of an open account stands for nobody.
template <void (*function)(Ledger&, SlotHandle)>
napi_value ledger_call(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void* shared;
  int32_t account = Ledger::kNobody;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, &shared) != napi_ok) return nullptr;
  napi_get_value_int32(env, argument, &account);
  function(static_cast<SharedLedger*>(shared)->ledger, account);
  return nullptr;
}

// turn(account): from now on the thread works for this one. It runs at every await.
void turn_to(Ledger& ledger, SlotHandle account) {
  ledger.turn_to(account, ticks_now());
}

// name(account): the thread has worked for this one since its last turn.
void name(Ledger& ledger, SlotHandle account) {
  ledger.name(account);
}

// close(account, totals): answers with its CPU time and, if asked for, that with all below it, in ms. False
// if it is not open.
Napi::Value close_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle account = account_argument(arguments);
  const bool with_total = arguments.boolean(1, "totals");
  if (!arguments.ok()) return info.Env().Undefined();
  SharedLedger& shared = SharedLedger::of(info);
  const auto totals = shared.ledger.close(account, ticks_now(), with_total);
  if (totals) shared.answer(totals->self, totals->total);
  return Napi::Boolean::New(info.Env(), totals.has_value());
}

// self(account): answers with its CPU time up to the last check, in ms; sums() makes one. False if it is not
// open.
Napi::Value self_of_account(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const SlotHandle account = account_argument(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  SharedLedger& shared = SharedLedger::of(info);
  const auto self = shared.ledger.checked_self(account);
  if (self) shared.answer(*self, *self);
  return Napi::Boolean::New(info.Env(), self.has_value());
}

// sums(): answers with the CPU time of the thread since the ledger began, and the part of it that was
// nobody's.
void sums_of_accounts(const Napi::CallbackInfo& info) {
  SharedLedger& shared = SharedLedger::of(info);
  const Ledger::Sums sums = shared.ledger.sums(ticks_now());
  shared.answer(sums.all, sums.nobody);
}

// watchLoop(on): whether the thread turns to nobody each time the event loop is about to wait, and the array
// says so.
void watch_loop(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const bool on = arguments.boolean(0, "on");
  SharedLedger& shared = SharedLedger::of(info);
  if (!arguments.ok()) return;
  if (on && shared.loop == nullptr) {
    const auto waits = [](void* data) { static_cast<SharedLedger*>(data)->loop_waits(); };
    shared.loop = LoopWatch::open(info.Env(), waits, &shared);
  }
  if (shared.loop == nullptr) return;
  on ? shared.loop->start() : shared.loop->stop();
}

// ledger(shared): { open, turn, name, close, self, sums, watchLoop } of a new ledger of this thread. It lives
// as long as the thread.
Napi::Value ledger_of_thread(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  arguments.doubles(0, "shared", kLedgerLength);
  if (!arguments.ok()) return info.Env().Undefined();
  auto array = Napi::Persistent(info[0].As<Napi::Float64Array>());
  Environment& environment = Environment::of(info);
  auto& ledgers = environment.ledgers;
  Ledger ledger(environment.thread.clock(), ticks_now());
  ledgers.emplace_back(new SharedLedger{info.Env(), std::move(array), std::move(ledger)});
  SharedLedger* shared = ledgers.back().get();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](const char* name, auto function) {
    (void)result.Set(name, Napi::Function::New(info.Env(), function, name, shared));
  };
  const auto add_call = [&](const char* name, napi_callback call) {
    napi_value function;
    if (napi_create_function(info.Env(), name, NAPI_AUTO_LENGTH, call, shared, &function) == napi_ok) {
      (void)result.Set(name, function);
    }
  };
  add("open", open_account);
  add_call("turn", ledger_call<turn_to>);
  add_call("name", ledger_call<name>);
  add("close", close_account);
  add("self", self_of_account);
  add("sums", sums_of_accounts);
  add("watchLoop", watch_loop);
  return result;
}

}  // namespace

void export_ledger(Napi::Object exports) {
  export_function(exports, "ledger", ledger_of_thread);
}

}  // namespace spanmeter
