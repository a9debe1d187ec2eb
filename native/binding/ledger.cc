// Whom the thread works for.

#include <memory>
#include <utility>

#include "arguments.h"
#include "exports.h"
#include "layout.h"
#include "ledger_call.h"
#include "shared_ledger.h"
#include "turns.h"

namespace spanmeter {
namespace {

SlotHandle account_argument(Arguments& arguments) {
  return static_cast<SlotHandle>(arguments.number(0, "account", 0, kLargestHandle));
}

// turn(account): from now on the thread works for this one. It runs at every await.
void turn_to(Ledger& ledger, SlotHandle account) {
  ledger.turn_to(account, ticks_now());
}

// visit(account): the same, which says nothing of whom the callback is for.
void visit(Ledger& ledger, SlotHandle account) {
  ledger.visit(account, ticks_now());
}

// begin(account): the same at the beginning of a callback of the event loop.
void begin(Ledger& ledger, SlotHandle account) {
  ledger.begin(account, ticks_now());
}

// reassign(account): the thread has worked for this one since its last turn.
void reassign(Ledger& ledger, SlotHandle account) {
  ledger.reassign(account);
}

// holdOn(): the thread goes on with the callback of a shared resource.
void hold_on(Ledger& ledger, SlotHandle) {
  ledger.hold_on(ticks_now());
}

// leave(): a callback of the event loop is over.
void leave(Ledger& ledger, SlotHandle) {
  ledger.leave(ticks_now());
}

// pause(): no JavaScript runs until the next call.
void pause(Ledger& ledger, SlotHandle) {
  ledger.pause(ticks_now());
}

// hold(resource): a callback of a shared resource begins. Returns what names the resource the next time.
napi_value hold(napi_env env, napi_callback_info info) {
  const auto [shared, resource] = ledger_arguments(env, info);
  napi_value result = nullptr;
  if (shared != nullptr) napi_create_int32(env, shared->ledger.hold(resource, ticks_now()), &result);
  return result;
}

// open(parent): a new account; 0 when too many are open.
napi_value open_account(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result = nullptr;
  void* shared;
  SlotHandle parent;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, &shared) != napi_ok) return nullptr;
  if (!handle_argument(env, argument, "account", parent)) return nullptr;
  napi_create_int32(env, static_cast<SharedLedger*>(shared)->ledger.open(parent, ticks_now()), &result);
  return result;
}

// close(account): answers with its CPU time, that with all below it, and what else the thread ran meanwhile,
// in ms. False if it is not open.
napi_value close_account(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result = nullptr;
  void* data;
  SlotHandle account;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, &data) != napi_ok) return nullptr;
  if (!handle_argument(env, argument, "account", account)) return nullptr;
  SharedLedger& shared = *static_cast<SharedLedger*>(data);
  const auto totals = shared.ledger.close(account, ticks_now());
  if (totals) shared.answer(totals->self, totals->total, totals->others);
  napi_get_boolean(env, totals.has_value(), &result);
  return result;
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

// ledger(): { shared, open, turn, visit, begin, hold, holdOn, leave, pause, reassign, close, self, sums,
// watchLoop, turns } of a new ledger of this thread.
Napi::Value ledger_of_thread(const Napi::CallbackInfo& info) {
  const auto array = Napi::Float64Array::New(info.Env(), kLedgerLength);
  OwnCpuClock& clock = Environment::of(info).thread.clock();
  const auto shared = std::make_shared<SharedLedger>(info.Env(), Napi::Persistent(array), clock);
  Napi::Object result = Napi::Object::New(info.Env());
  (void)result.Set("shared", array);
  const auto keep = [&](const char* name, Napi::Function function) {
    if (function.IsEmpty()) return;  // the worker is being terminated
    function.AddFinalizer([](Napi::Env, std::shared_ptr<SharedLedger>* held) { delete held; },
                          new std::shared_ptr<SharedLedger>(shared));
    (void)result.Set(name, function);
  };
  const auto add = [&](const char* name, auto function) {
    keep(name, Napi::Function::New(info.Env(), guarded(function), name, shared.get()));
  };
  const auto add_call = [&](const char* name, napi_callback call) {
    napi_value function = nullptr;
    napi_create_function(info.Env(), name, NAPI_AUTO_LENGTH, call, shared.get(), &function);
    keep(name, Napi::Function(info.Env(), function));
  };
  add_call("open", open_account);
  add_call("turn", ledger_call<turn_to>);
  add_call("visit", ledger_call<visit>);
  add_call("begin", ledger_call<begin>);
  add_call("reassign", ledger_call<reassign>);
  add_call("hold", hold);
  add_call("holdOn", ledger_call<hold_on>);
  add_call("leave", ledger_call<leave>);
  add_call("pause", ledger_call<pause>);
  add_call("close", close_account);
  add("self", self_of_account);
  add("sums", sums_of_accounts);
  add("watchLoop", watch_loop);
  add("turns", keep_turns);
  return result;
}

}  // namespace

void export_ledger(Napi::Object exports) {
  export_function(exports, "ledger", ledger_of_thread);
}

}  // namespace spanmeter
