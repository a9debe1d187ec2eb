#include "ledger.h"

#include <algorithm>

namespace spanmeter {

Ledger::Ledger(OwnCpuClock& clock, Ticks now)
    : clock_(clock), accounts_(clock), since_(now), checked_ticks_(now) {
  const OwnCpuClock::Check& check = clock_.check(now);
  checked_time_ = check.time;
  booked_cpu_ = begun_cpu_ = check.cpu;
}

SlotHandle Ledger::open(SlotHandle parent, Ticks now) {
  if (open_count() == kMostOpen) return 0;
  // If it turns out later that the thread works for another since this moment, what came before stays.
  check_if_due(book(now), now);
  return accounts_.open({.order = ++opened_, .thread_then = clock_.cpu_at(now)}, accounts_.index_of(parent));
}

// Adds the ticks since the last turn to whom the thread worked for; how many they are.
Ticks Ledger::book(Ticks now) {
  const Ticks interval = now - since_;
  since_ = now;
  if (interval <= 0) return 0;
  accounts_.add(current_, interval);
  return interval;
}

// All that is pending was booked up to `now`.
void Ledger::check(Ticks now) {
  const auto [_, time, cpu] = clock_.check(now);
  const Nanos passed = time - checked_time_;
  const Ticks ticks = now - checked_ticks_;
  // In the measure of the ticks, so that a jump of theirs looks like any other absence.
  const Nanos elapsed = ticks > 0 ? clock_.to_nanos(ticks) : passed;
  booked_cpu_ += accounts_.settle(elapsed - (cpu - booked_cpu_));
  // A small error comes back at the next check. A large one is no matter of reading clocks one after the
  // other: the ticks jumped. What nobody knows is nobody's.
  if (const Nanos apart = cpu - booked_cpu_; apart > clock_.apart() || apart < -clock_.apart()) {
    accounts_.at(Accounts::kNobody).self += apart;
    booked_cpu_ = cpu;
  }
  checked_time_ = time;
  checked_ticks_ = now;
}

SlotHandle Ledger::hold(SlotHandle resource, Ticks now) {
  const bool for_this = waiting_;
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
  if (unannounced_ == Accounts::kNobody)
    unannounced_ = accounts_.index_of(accounts_.open({}, Accounts::kNobody));
  if (unannounced_ != Accounts::kNobody) accounts_.at(unannounced_).order = opened_;
  current_ = unannounced_;
  holding_ = waiting_ = false;
  in_suspense_ = true;
  check_if_due(interval, now);
}

void Ledger::wait(Ticks now) {
  begin(kNobody, now);
  // Where the ends of callbacks are reported, some are not announced: the next may be one of those.
  if (unannounced_ != Accounts::kNobody) leave(now);
  waiting_ = true;
}

void Ledger::work_for_held() {
  if (held_ == 0) return work_for(kNobody);
  current_ = suspense_.piece(held_, opened_);
  holding_ = in_suspense_ = true;
  waiting_ = false;
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
  if (is_check_due(interval, now)) {
    check(now);
  } else {
    accounts_.settle_alone(index);
  }
  Account& account = accounts_.at(index);
  const Nanos below = account.closed_below + accounts_.open_below(index);
  const Nanos total = account.self + below;
  const Totals totals{account.self, total,
                      std::max<Nanos>(0, clock_.cpu_at(now) - account.thread_then - total)};
  if (account.parent != Accounts::kNobody) {
    accounts_.at(account.parent).closed_below += account.self + account.closed_below;
  }
  if (current_ == index) current_ = account.parent;
  accounts_.close(index);
  if (holding_) work_for_held();
  return totals;
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

}  // namespace spanmeter
