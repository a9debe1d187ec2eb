#pragma once

#include <optional>

#include "accounts.h"
#include "suspense.h"

namespace spanmeter {

// Whom a thread worked for. It is told at which moments the thread turned from one account to another, and
// adds up the CPU time in between: each turn counts, none is sampled. Belongs to one thread, which alone may
// call it.
//
// A turn reads nothing but a counter of ticks. Once in a while (a check) the clocks are read: CLOCK_MONOTONIC
// shows how long the ticks took, the CPU clock of the thread for how much of that it was away, asleep,
// preempted or waiting for a CPU. The time away is taken off the longest interval between two turns since the
// last check, where it is in all likelihood, and what is left of it off the others in proportion. So all that
// is ever booked adds up to the CPU clock, and only who was away for a shorter time than the clock's look()
// can be mistaken, within one trust().
//
// Whom some callbacks are for is known only afterwards: those of a connection that many share, and those that
// announce nothing. What the thread does in them is in suspense until, in the same run of callbacks, the
// thread turns to an account or closes one. That one gets it, as far as it was done after that one was
// opened.
class Ledger {
 public:
  static constexpr SlotHandle kNobody = 0;
  static constexpr size_t kMostOpen = (1 << 17) - 1;

  // `clock`: of the thread; it must outlive the ledger.
  Ledger(OwnCpuClock& clock, Ticks now);
  Ledger(const Ledger&) = delete;

  // A new account; its time will be part of the parent's total. 0 when as many as possible are open.
  SlotHandle open(SlotHandle parent, Ticks now);

  // From now on the thread works for this account, which gets what is in suspense; one that is not open
  // stands for nobody.
  void turn_to(SlotHandle account, Ticks now) {
    const Ticks interval = book(now);
    work_for(account);
    if (in_suspense_) resolve_suspense(current_);
    check_if_due(interval, now);
  }

  // The same for work that says nothing of whom the callback is for.
  void visit(SlotHandle account, Ticks now) {
    const Ticks interval = book(now);
    work_for(account);
    check_if_due(interval, now);
  }

  // The thread has worked for this account since its last turn: only now it is known.
  void reassign(SlotHandle account) { work_for(account); }

  // A callback of the event loop begins, for this account. What came before is no part of its run.
  void begin(SlotHandle account, Ticks now) {
    const Ticks interval = book(now);
    end_run();
    work_for(account);
    check_if_due(interval, now);
  }

  // A callback of a shared resource begins. Takes what this has returned for the resource before, and 0 the
  // first time. Where the event loop waited just before or the thread paused, it was for this: what was done
  // since, reading what has arrived, is part of it.
  SlotHandle hold(SlotHandle resource, Ticks now);

  // The thread goes on with that callback.
  void hold_on(Ticks now);

  // A callback of the event loop is over. What follows before the next one is announced is in suspense.
  void leave(Ticks now);

  // No JavaScript runs until the next call, in the same run of callbacks or at the beginning of another.
  void pause(Ticks now);

  // The event loop is about to wait for events.
  void wait(Ticks now);

  struct Totals {
    Nanos self;    // CPU time of this account alone
    Nanos total;   // and of all that were opened below it
    Nanos others;  // of everything else that the thread ran while this account was open
  };
  // Nothing if it is not open, nor where the thread's clock could not be read when that was needed: its time
  // is nobody's then. What is open below it moves on to its parent; if the thread works for it right now, so
  // does the thread.
  std::optional<Totals> close(SlotHandle account, Ticks now);

  // CPU time of an account alone up to the last check, so that it never goes back; sums() makes one. Nothing
  // if it is not open.
  std::optional<Nanos> checked_self(SlotHandle account);

  // CPU time of the thread since the ledger began, for whomever, and the part of it that was nobody's, or is
  // in suspense.
  struct Sums {
    Nanos all, nobody;
  };
  Sums sums(Ticks now);

  // Keeps a record of turns from now on. `last`: see TurnRecord.
  void keep_turns(TurnRecord::Owner& last) { accounts_.turns = std::make_unique<TurnRecord>(last); }
  void drop_turns() { accounts_.turns = nullptr; }
  // Null while it keeps none.
  TurnRecord* turns() { return accounts_.turns.get(); }
  // What the record says of these moments up to now; only while there is one.
  TurnRecord::Taken take_turns(std::span<const Nanos> moments, Ticks now);

  size_t open_count() const { return accounts_.count() - suspense_.count() - (unannounced_ != 0); }

 private:
  using Account = Accounts::Account;
  using Index = Accounts::Index;

  void check_if_due(Ticks interval, Ticks now) {
    if (is_check_due(interval, now)) check(now);
  }
  bool is_check_due(Ticks interval, Ticks now) const {
    return owed_ || interval > clock_.look() || now - known_ticks_ > clock_.trust() || now < settled_ticks_;
  }
  Ticks book(Ticks now);
  void record_turn(Ticks interval, Ticks now);
  bool check(Ticks now);
  // Whether another reader of the clock, the edge of a span, has checked it since the last check here. That
  // settles what is pending as well as a check would, and costs nothing.
  bool was_checked(Ticks now) const {
    return clock_.last().ticks > known_ticks_ && clock_.last().ticks <= now;
  }
  void follow(Ticks now);
  void settle(const OwnCpuClock::Check& checked);
  void begin();
  std::optional<Nanos> thread_at(Ticks now) const;
  std::optional<Totals> totals_of(Index account, Ticks now);

  void work_for(SlotHandle account) {
    current_ = accounts_.index_of(account);
    holding_ = between_ = false;
  }
  void work_for_held();
  void resolve_suspense(Index account);
  void end_run();

  OwnCpuClock& clock_;
  Accounts accounts_;
  Suspense suspense_{accounts_};
  Index current_ = Accounts::kNobody;
  Ticks since_;  // when the thread turned to it, or when that was booked last

  uint64_t opened_ = 0;  // accounts so far
  // Of the run of callbacks that goes on: whether anything is in suspense, the resource whose callback began
  // it, 0 for none, and whether the thread works for that now.
  bool in_suspense_ = false;
  SlotHandle held_ = 0;
  bool holding_ = false;
  bool between_ = false;  // no JavaScript runs since the last turn, which was to nobody
  // The account of what has been done since a callback was over; nobody's until one was.
  Index unannounced_ = Accounts::kNobody;

  bool owed_ = false;  // a check, since the clock could not be read at one that was due
  // When the clock was read that all was settled by the last time. The same, or a moment earlier than that.
  Ticks known_ticks_;
  // When all was settled the last time.
  Ticks settled_ticks_;
  Nanos settled_time_;
  // What was booked for good up to then, from begun_cpu_ on: about what the CPU clock said.
  Nanos booked_cpu_;

  Nanos begun_cpu_;
  bool known_ = false;  // what the clock said when the ledger began
};

}  // namespace spanmeter
