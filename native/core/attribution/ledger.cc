#include "ledger.h"

#include <algorithm>

namespace spanmeter {

Ledger::Ledger(OwnCpuClock& clock, Ticks now) : clock_(clock), since_(now), checked_ticks_(now) {
  accounts_.open({});
  const OwnCpuClock::Check& check = clock_.check(now);
  checked_time_ = check.time;
  booked_cpu_ = begun_cpu_ = check.cpu;
}

SlotHandle Ledger::open(SlotHandle parent, Ticks now) {
  const Index parent_index = index_of(parent);
  const SlotHandle handle = accounts_.open({.thread_then = clock_.cpu_at(now)});
  if (handle != 0) link(Slots<Account>::index_of(handle), parent_index);
  return handle;
}

// Adds the ticks since the last turn to whom the thread worked for; how many they are.
Ticks Ledger::book(Ticks now) {
  const Ticks interval = now - since_;
  since_ = now;
  if (interval <= 0) return 0;
  Account& account = accounts_.at(current_);
  if (account.pending == 0) touched_.push_back(current_);
  account.pending += interval;
  if (interval > longest_) {
    longest_ = interval;
    longest_index_ = current_;
  }
  return interval;
}

// All that is pending was booked up to `now`.
void Ledger::check(Ticks now) {
  const auto [_, time, cpu] = clock_.check(now);
  const Nanos passed = time - checked_time_;
  const Ticks ticks = now - checked_ticks_;
  // In the measure of the ticks, so that a jump of theirs looks like any other absence.
  const Nanos elapsed = ticks > 0 ? to_nanos(ticks) : passed;
  booked_cpu_ += settle(elapsed - (cpu - booked_cpu_));
  // A small error comes back at the next check. A large one is no matter of reading clocks one after the
  // other: the ticks jumped. What nobody knows is nobody's.
  if (const Nanos apart = cpu - booked_cpu_; apart > clock_.apart() || apart < -clock_.apart()) {
    accounts_.at(kNobodyIndex).self += apart;
    booked_cpu_ = cpu;
  }
  checked_time_ = time;
  checked_ticks_ = now;
}

// Books what is pending for good, without the time that the thread was away; how much that is since the last
// check. A thread that was never away may seem to have run for longer than the time allows: nothing is taken
// off then.
Nanos Ledger::settle(Nanos away) {
  Nanos sum = 0;
  for (const Index index : touched_) sum += to_nanos(accounts_.at(index).pending);
  const Nanos off_longest = std::clamp<Nanos>(away, 0, to_nanos(longest_));
  const Nanos others = sum - off_longest;
  const Nanos left = std::clamp<Nanos>(sum - away, 0, others);
  const double share = others > 0 ? static_cast<double>(left) / static_cast<double>(others) : 0;

  Nanos booked = settled_early_;
  for (const Index index : touched_) {
    Account& account = accounts_.at(index);
    const Nanos pending = to_nanos(account.pending) - (index == longest_index_ ? off_longest : 0);
    const Nanos own = static_cast<Nanos>(static_cast<double>(pending) * share);
    account.self += own;
    account.pending = 0;
    booked += own;
  }
  touched_.clear();
  settled_early_ = 0;
  longest_ = 0;
  return booked;
}

// Books one account's pending time for good, unchecked.
void Ledger::settle_alone(Index index) {
  Account& account = accounts_.at(index);
  if (account.pending == 0) return;
  const Nanos own = to_nanos(account.pending);
  settled_early_ += own;
  account.self += own;
  account.pending = 0;
  touched_.erase(std::find(touched_.begin(), touched_.end(), index));
  if (longest_index_ == index) longest_ = 0;
}

std::optional<Ledger::Totals> Ledger::close(SlotHandle handle, Ticks now) {
  const Index index = index_of(handle);
  if (index == kNobodyIndex) return std::nullopt;
  const Ticks interval = book(now);
  if (needs_check(interval, now)) {
    check(now);
  } else {
    settle_alone(index);
  }
  Account& account = accounts_.at(index);
  const Nanos below = account.closed_below + open_below(index);
  const Nanos total = account.self + below;
  const Totals totals{account.self, total,
                      std::max<Nanos>(0, clock_.cpu_at(now) - account.thread_then - total)};
  if (current_ == index) current_ = account.parent;
  if (account.parent != kNobodyIndex) {
    accounts_.at(account.parent).closed_below += account.self + account.closed_below;
  }
  hand_on_children(index);
  unlink(index);
  accounts_.close(handle);
  return totals;
}

std::optional<Nanos> Ledger::checked_self(SlotHandle handle) {
  const Index index = index_of(handle);
  if (index == kNobodyIndex) return std::nullopt;
  return accounts_.at(index).self;
}

Ledger::Sums Ledger::sums(Ticks now) {
  book(now);
  check(now);
  return {booked_cpu_ - begun_cpu_, accounts_.at(kNobodyIndex).self};
}

// CPU time of the open accounts below this one, to any depth.
Nanos Ledger::open_below(Index top) {
  Nanos sum = 0;
  Index index = accounts_.at(top).first_child;
  while (index != kNobodyIndex) {
    const Account& account = accounts_.at(index);
    sum += account.self + to_nanos(account.pending) + account.closed_below;
    if (account.first_child != kNobodyIndex) {
      index = account.first_child;
      continue;
    }
    while (index != top && accounts_.at(index).next == kNobodyIndex) index = accounts_.at(index).parent;
    if (index == top) break;
    index = accounts_.at(index).next;
  }
  return sum;
}

void Ledger::link(Index index, Index parent) {
  Account& account = accounts_.at(index);
  account.parent = parent;
  account.previous = account.next = kNobodyIndex;
  if (parent == kNobodyIndex) return;
  Index& first = accounts_.at(parent).first_child;
  if (first != kNobodyIndex) accounts_.at(first).previous = index;
  account.next = first;
  first = index;
}

void Ledger::unlink(Index index) {
  const Account& account = accounts_.at(index);
  if (account.parent == kNobodyIndex) return;
  if (account.previous != kNobodyIndex) {
    accounts_.at(account.previous).next = account.next;
  } else {
    accounts_.at(account.parent).first_child = account.next;
  }
  if (account.next != kNobodyIndex) accounts_.at(account.next).previous = account.previous;
}

void Ledger::hand_on_children(Index from) {
  const Index to = accounts_.at(from).parent;
  Index child = accounts_.at(from).first_child;
  while (child != kNobodyIndex) {
    const Index next = accounts_.at(child).next;
    link(child, to);
    child = next;
  }
  accounts_.at(from).first_child = kNobodyIndex;
}

}  // namespace spanmeter
