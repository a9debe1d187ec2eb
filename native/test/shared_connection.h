#pragma once

#include "made_thread.h"

namespace spanmeter {

// A thread with a connection that many share.
struct Shared : Made {
  SlotHandle connection = 0;

  SlotHandle open(SlotHandle parent = Ledger::kNobody) { return ledger.open(parent, ticks()); }
  void callback(Nanos duration) {
    connection = ledger.hold(connection, ticks());
    run(duration);
  }
  void once(SlotHandle account) { ledger.begin(account, ticks()); }
  Nanos self(SlotHandle account) { return close(account).self; }
  Nanos nobody() { return ledger.sums(ticks()).nobody; }
};

}  // namespace spanmeter
