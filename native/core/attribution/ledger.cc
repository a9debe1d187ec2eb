#include "ledger.h"

#include <algorithm>

namespace spanmeter {

Ledger::Ledger(OwnCpuClock& clock, Ticks now)
    : clock_(clock), accounts_(clock), since_(now), known_ticks_(now), settled_ticks_(now) {
  clock_.check(now);
  begin();
}

// What the thread used before that is no part of the ledger.
void Ledger::begin() {
  known_ticks_ = settled_ticks_ = clock_.last().ticks;
  settled_time_ = clock_.last().time;
  booked_cpu_ = begun_cpu_ = clock_.last().cpu;
  known_ = clock_.known();
}

SlotHandle Ledger::open(SlotHandle parent, Ticks now) {
  if (open_count() == kMostOpen) return 0;
  // If it turns out later that the thread works for another since this moment, what came before stays.
  const Ticks interval = book(now);
  if (is_check_due(interval, now)) {
    check(now);
  } else if (was_checked(now)) {
    follow(now);
  }
  const SlotHandle account =
      accounts_.open({.order = ++opened_, .thread_then = thread_at(now)}, accounts_.index_of(parent));
  if (account != 0) accounts_.enlist(accounts_.index_of(account));
  return account;
}

// Adds the ticks since the last turn to whom the thread worked for; how many they are.
Ticks Ledger::book(Ticks now) {
  const Ticks interval = now - since_;
  since_ = now;
  if (interval <= 0) return 0;
  accounts_.add(current_, interval);
  if (accounts_.turns != nullptr) [[unlikely]]
    record_turn(interval, now);
  return interval;
}

// The rate of the ticks is not known well enough to know the end of a long interval.
void Ledger::record_turn(Ticks interval, Ticks now) {
  if (is_check_due(interval, now)) clock_.check(now);
  accounts_.record_turn(current_, clock_.time_at(now));
}

// All that is pending was booked up to `now`. Where the clock cannot be read it stays pending, and false is
// returned.
bool Ledger::check(Ticks now) {
  const bool began = known_;
  const auto checked = clock_.check(now);
  owed_ = !checked;
  if (!checked) return false;
  if (!began) begin();
  settle(*checked);
  return true;
}

void Ledger::follow(Ticks now) {
  settle({now, clock_.time_at(now), clock_.cpu_at(now)});
}

void Ledger::settle(const OwnCpuClock::Check& checked) {
  const auto [now, time, cpu] = checked;
  const Nanos passed = time - settled_time_;
  const Ticks ticks = now - settled_ticks_;
  // In the measure of the ticks, so that a jump of theirs looks like any other absence.
  const Nanos elapsed = ticks > 0 ? clock_.to_nanos(ticks) : passed;
  booked_cpu_ += accounts_.settle(elapsed - (cpu - booked_cpu_));
  // A small error comes back at the next check. A large one is no matter of reading clocks one after the
  // other: the ticks jumped. What nobody knows is nobody's.
  if (const Nanos apart = cpu - booked_cpu_; apart > clock_.apart() || apart < -clock_.apart()) {
    accounts_.at(Accounts::kNobody).self += apart;
    booked_cpu_ = cpu;
  }
  settled_time_ = time;
  settled_ticks_ = now;
  known_ticks_ = clock_.last().ticks;
}

// What the thread had used; nothing where its clock could not be read.
std::optional<Nanos> Ledger::thread_at(Ticks now) const {
  if (owed_ || clock_.out_of_date(now)) return std::nullopt;
  return clock_.cpu_at(now);
}

SlotHandle Ledger::hold(SlotHandle resource, Ticks now) {
  const bool for_this = between_;
  Ticks interval = for_this ? 0 : book(now);
  end_run();
  held_ = suspense_.resource(resource);
  work_for_held();
  if (for_this) interval = book(now);
  check_if_due(interval, now);
  return held_;
}

void Ledger::hold_on(Ticks now) {
  const Ticks interval = book(now);
  work_for_held();
  check_if_due(interval, now);
}

void Ledger::leave(Ticks now) {
  const Ticks interval = book(now);
  accounts_.move(unannounced_, Accounts::kNobody);
  if (unannounced_ == Accounts::kNobody) unannounced_ = accounts_.open_in_suspense(Accounts::kNever);
  if (unannounced_ != Accounts::kNobody) accounts_.at(unannounced_).order = opened_;
  current_ = unannounced_;
  holding_ = between_ = false;
  in_suspense_ = true;
  check_if_due(interval, now);
}

void Ledger::wait(Ticks now) {
  begin(kNobody, now);
  pause(now);
}

void Ledger::pause(Ticks now) {
  // Where the ends of callbacks are reported, some are not announced: the next may be one of those.
  if (unannounced_ != Accounts::kNobody) {
    leave(now);
  } else {
    visit(kNobody, now);
  }
  between_ = true;
}

void Ledger::work_for_held() {
  if (held_ == 0) return work_for(kNobody);
  current_ = suspense_.piece(held_, opened_);
  holding_ = in_suspense_ = true;
  between_ = false;
}

void Ledger::resolve_suspense(Index account) {
  const uint64_t order = accounts_.at(account).order;
  if (unannounced_ != Accounts::kNobody) {
    const bool open_then = accounts_.at(unannounced_).order >= order;
    accounts_.move(unannounced_, open_then ? account : Accounts::kNobody);
  }
  // Whoever the resource called back for may still be to come.
  if (account != Accounts::kNobody) in_suspense_ = suspense_.give(held_, account, order);
}

void Ledger::end_run() {
  accounts_.move(unannounced_, Accounts::kNobody);
  suspense_.leave(held_);
  held_ = 0;
  in_suspense_ = false;
}

std::optional<Ledger::Totals> Ledger::close(SlotHandle handle, Ticks now) {
  const Index index = accounts_.index_of(handle);
  if (index == Accounts::kNobody) return std::nullopt;
  const Ticks interval = book(now);
  if (in_suspense_) resolve_suspense(index);
  bool known = true;
  if (is_check_due(interval, now)) {
    known = check(now);
  } else if (was_checked(now)) {
    follow(now);
  } else {
    accounts_.settle_alone(index);
  }
  Account& account = accounts_.at(index);
  const std::optional<Totals> totals = known ? totals_of(index, now) : std::nullopt;
  // Nobody knows how much of it the thread was away.
  if (!known) accounts_.move(index, Accounts::kNobody);
  if (account.parent != Accounts::kNobody) {
    accounts_.at(account.parent).closed_below += account.self + account.closed_below;
  }
  if (current_ == index) current_ = account.parent;
  accounts_.close(index);
  if (holding_) work_for_held();
  return totals;
}

std::optional<Ledger::Totals> Ledger::totals_of(Index index, Ticks now) {
  const Account& account = accounts_.at(index);
  const std::optional<Nanos> thread = thread_at(now);
  if (!account.thread_then || !thread) return std::nullopt;
  const Nanos total = account.self + account.closed_below + accounts_.open_below(index);
  return Totals{account.self, total, std::max<Nanos>(0, *thread - *account.thread_then - total)};
}

std::optional<Nanos> Ledger::checked_self(SlotHandle handle) {
  const Index index = accounts_.index_of(handle);
  if (index == Accounts::kNobody) return std::nullopt;
  return accounts_.at(index).self;
}

Ledger::Sums Ledger::sums(Ticks now) {
  book(now);
  check(now);
  Nanos nobody = accounts_.at(Accounts::kNobody).self + suspense_.time();
  if (unannounced_ != Accounts::kNobody) nobody += accounts_.at(unannounced_).self;
  return {booked_cpu_ - begun_cpu_, nobody};
}

TurnRecord::Taken Ledger::take_turns(std::span<const Nanos> moments, Ticks now) {
  book(now);
  return accounts_.turns->take(moments);
}

}  // namespace spanmeter
