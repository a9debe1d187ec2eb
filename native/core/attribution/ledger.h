#pragma once

#include <optional>
#include <vector>

#include "../clock.h"
#include "../slots.h"
#include "../sources/own_cpu_clock.h"
#include "../ticks.h"

namespace spanmeter {

// Whom a thread worked for. It is told at which moments the thread turned from one account to another, and
// adds up the CPU time in between: each turn counts, none is sampled. Belongs to one thread, which alone may
// call it.
//
// A turn reads nothing but a counter of ticks. Once in a while (a check) the clocks are read: CLOCK_MONOTONIC
// tells how long the ticks took, the CPU clock of the thread for how much of that it was away, asleep,
// preempted or waiting for a CPU. The time away is taken off the longest interval between two turns since the
// last check, where it is in all likelihood, and what is left of it off the others in proportion. So all that
// is ever booked adds up to the CPU clock, and only who was away for a shorter time than the clock's look()
// can be mistaken, within one trust().
class Ledger {
 public:
  static constexpr SlotHandle kNobody = 0;

  // `clock`: of the thread; it must outlive the ledger.
  Ledger(OwnCpuClock& clock, Ticks now);

  // A new account; its time will be part of the parent's total. 0 when as many as possible are open.
  SlotHandle open(SlotHandle parent, Ticks now);

  // From now on the thread works for this account; one that is not open stands for nobody.
  void turn_to(SlotHandle account, Ticks now) {
    const Ticks interval = book(now);
    current_ = index_of(account);
    if (needs_check(interval, now)) check(now);
  }

  // The thread has worked for this account since its last turn: only now it is known.
  void name(SlotHandle account) { current_ = index_of(account); }

  struct Totals {
    Nanos self;    // CPU time of this account alone
    Nanos total;   // and of all that were opened below it
    Nanos others;  // of everything else that the thread ran while this account was open
  };
  // Nothing if it is not open. What is open below it moves on to its parent; if the thread works for it right
  // now, so does the thread.
  std::optional<Totals> close(SlotHandle account, Ticks now);

  // CPU time of an account alone up to the last check, so that it never goes back; sums() makes one. Nothing
  // if it is not open.
  std::optional<Nanos> checked_self(SlotHandle account);

  // CPU time of the thread since the ledger began, for whomever, and the part of it that was nobody's.
  struct Sums {
    Nanos all, nobody;
  };
  Sums sums(Ticks now);

  size_t open_count() const { return accounts_.count() - 1; }

 private:
  using Index = uint32_t;
  static constexpr Index kNobodyIndex = 0;  // also stands for "none" in links

  struct Account {
    Nanos self = 0;     // booked for good
    Ticks pending = 0;  // since the last check; an account with any is in touched_
    Nanos closed_below = 0;
    Nanos thread_then = 0;  // what the thread had used when it was opened
    Index parent = kNobodyIndex;
    // The open accounts below this one, as a list; children of nobody are in none.
    Index first_child = kNobodyIndex;
    Index next = kNobodyIndex, previous = kNobodyIndex;
  };

  Index index_of(SlotHandle account) {
    return accounts_.find(account) == nullptr ? kNobodyIndex : Slots<Account>::index_of(account);
  }
  Nanos to_nanos(Ticks ticks) const { return clock_.to_nanos(ticks); }

  bool needs_check(Ticks interval, Ticks now) const {
    return interval > clock_.look() || now - checked_ticks_ > clock_.trust() || now < checked_ticks_;
  }
  Ticks book(Ticks now);
  void check(Ticks now);
  Nanos settle(Nanos away);
  void settle_alone(Index index);

  Nanos open_below(Index index);
  void link(Index index, Index parent);
  void unlink(Index index);
  void hand_on_children(Index from);

  OwnCpuClock& clock_;
  Slots<Account> accounts_;  // the first is nobody's
  Index current_ = kNobodyIndex;
  Ticks since_;  // when the thread turned to it, or when that was booked last

  // The last check.
  Ticks checked_ticks_;
  Nanos checked_time_;
  // What was booked for good up to then, from begun_cpu_ on: about what the CPU clock said.
  Nanos booked_cpu_;

  std::vector<Index> touched_;  // accounts with pending ticks
  Nanos settled_early_ = 0;     // booked for good since the last check, because the account was closed
  Ticks longest_ = 0;           // interval between two turns since the last check, and whose it was
  Index longest_index_ = kNobodyIndex;

  Nanos begun_cpu_;
};

}  // namespace spanmeter
