#include "accounts.h"

#include <algorithm>
#include <new>
#include <utility>

namespace spanmeter {

SlotHandle Accounts::open(const Account& account, Index parent) {
  const SlotHandle handle = slots_.open(account);
  if (handle == 0) return 0;
  // Each may have pending ticks: nothing that adds some can fail.
  try {
    touched_.reserve(slots_.capacity());
  } catch (const std::bad_alloc&) {
    slots_.close(handle);
    return 0;
  }
  link(Places::index_of(handle), parent);
  return handle;
}

Accounts::Index Accounts::open_in_suspense(uint64_t order) {
  return Places::index_of(open({.order = order, .in_suspense = true}, kNobody));
}

void Accounts::close(Index index) {
  const Index parent = at(index).parent;
  Index child = at(index).first_child;
  while (child != kNobody) {
    const Index next = at(child).next;
    link(child, parent);
    child = next;
  }
  unlink(index);
  unlist(index);
  if (turns != nullptr) turns->close(at(index).owner);
  slots_.close(static_cast<SlotHandle>(index));
}

void Accounts::enlist(Index index) {
  at(index).older = youngest_;
  (youngest_ == kNobody ? oldest_ : at(youngest_).younger) = index;
  youngest_ = index;
}

void Accounts::unlist(Index index) {
  const auto [older, younger] = std::pair(at(index).older, at(index).younger);
  if (oldest_ == index) oldest_ = younger;
  if (youngest_ == index) youngest_ = older;
  if (older != kNobody) at(older).younger = younger;
  if (younger != kNobody) at(younger).older = older;
}

void Accounts::move(Index from, Index to) {
  if (from == to) return;
  Account& source = at(from);
  Account& target = at(to);
  target.self += source.self;
  source.self = 0;
  if (turns != nullptr && source.owner != TurnRecord::kNobody) {
    turns->give(source.owner, owner_of(to));
    source.owner = TurnRecord::kNobody;
  }
  if (longest_index_ == from) longest_index_ = to;
  if (source.pending == 0) return;
  // Most likely a late one.
  const auto touched = std::find(touched_.rbegin(), touched_.rend(), from);
  if (target.pending == 0) {
    *touched = to;
  } else {
    touched_.erase(std::next(touched).base());
  }
  target.pending += source.pending;
  source.pending = 0;
}

// A thread that was never away may seem to have run for longer than the time allows: nothing is taken off
// then.
Nanos Accounts::settle(Nanos away) {
  Nanos sum = 0;
  for (const Index index : touched_) sum += to_nanos(at(index).pending);
  const Nanos off_longest = std::clamp<Nanos>(away, 0, to_nanos(longest_));
  const Nanos others = sum - off_longest;
  const Nanos left = std::clamp<Nanos>(sum - away, 0, others);
  const double share = others > 0 ? static_cast<double>(left) / static_cast<double>(others) : 0;

  Nanos booked = settled_early_;
  for (const Index index : touched_) {
    Account& account = at(index);
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

void Accounts::settle_alone(Index index) {
  Account& account = at(index);
  if (account.pending == 0) return;
  const Nanos own = to_nanos(account.pending);
  settled_early_ += own;
  account.self += own;
  account.pending = 0;
  touched_.erase(std::find(touched_.begin(), touched_.end(), index));
  if (longest_index_ == index) longest_ = 0;
}

Nanos Accounts::open_below(Index top) {
  Nanos sum = 0;
  Index index = at(top).first_child;
  while (index != kNobody) {
    const Account& account = at(index);
    sum += account.self + to_nanos(account.pending) + account.closed_below;
    if (account.first_child != kNobody) {
      index = account.first_child;
      continue;
    }
    while (index != top && at(index).next == kNobody) index = at(index).parent;
    if (index == top) break;
    index = at(index).next;
  }
  return sum;
}

void Accounts::link(Index index, Index parent) {
  Account& account = at(index);
  account.parent = parent;
  account.previous = account.next = kNobody;
  if (parent == kNobody) return;
  Index& first = at(parent).first_child;
  if (first != kNobody) at(first).previous = index;
  account.next = first;
  first = index;
}

void Accounts::unlink(Index index) {
  const Account& account = at(index);
  if (account.parent == kNobody) return;
  if (account.previous != kNobody) {
    at(account.previous).next = account.next;
  } else {
    at(account.parent).first_child = account.next;
  }
  if (account.next != kNobody) at(account.next).previous = account.previous;
}

TurnRecord::Owner Accounts::owner_of(Index index) {
  Account& account = at(index);
  if (index != kNobody && account.owner == TurnRecord::kNobody)
    account.owner = turns->next(account.in_suspense);
  return account.owner;
}

}  // namespace spanmeter
