// The ledger: whose CPU it was, by the thread's own clock.

#include <optional>

#include "../../../core/attribution/ledger.h"
#include "../../burner.h"
#include "../calls.h"
#include "ours.h"
#include "report.h"
#include "scenario.h"

namespace faults {

using namespace spanmeter;

void check_ledger(AskingThread& thread) {
  std::optional<Ledger> ledger;
  if (!in_core([&] { ledger.emplace(thread.clock(), ticks_now()); })) return;
  TurnRecord::Owner last = TurnRecord::kNobody;
  in_core([&] { ledger->keep_turns(last); });
  constexpr int kAccounts = 3;
  constexpr Nanos kBurn = 2 * kMillisecond;
  for (int i = 0; i < kAccounts; i++) {
    SlotHandle account = 0;
    std::optional<Ledger::Totals> totals;
    in_core([&] { account = ledger->open(0, ticks_now()); });
    // A clock that stood still may catch up while the account is turned to or left.
    const Nanos before = own_cpu();
    in_core([&] { ledger->turn_to(account, ticks_now()); });
    const Nanos burnt = burn(kBurn);
    in_core([&] { ledger->turn_to(0, ticks_now()); });
    const Nanos around = own_cpu() - before;
    // Nobody's, whoever may seem to have run meanwhile.
    sleep_for(3 * kMillisecond);
    in_core([&] {
      const SlotHandle held = ledger->hold(0, ticks_now());
      ledger->leave(ticks_now());
      ledger->hold(held, ticks_now());
      ledger->wait(ticks_now());
    });
    in_core([&] { totals = ledger->close(account, ticks_now()); });
    if (!totals) {
      if (triggered() == 0) problem("an account has no time, though nothing failed");
      continue;
    }
    report().checks += 2;
    const Nanos off = thread.clock().to_nanos(thread.clock().trust()) + kMillisecond;
    if (totals->self < burnt - off || totals->self > around + off)
      problem("an account has %.3f ms, of %.3f to %.3f", to_ms(totals->self), to_ms(burnt), to_ms(around));
    if (totals->others < 0 || totals->others > off)
      problem("others had %.3f ms of an account's time", to_ms(totals->others));
  }
  const Nanos moments[] = {monotonic_now()};
  // There is no record where there was no memory for it.
  in_core([&] {
    if (ledger->turns() != nullptr) ledger->take_turns(moments, ticks_now());
  });
  in_core([&] { ledger->sums(ticks_now()); });
  in_core([&] { ledger.reset(); });
}

}  // namespace faults
