#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "../clock.h"
#include "../slots.h"
#include "../sources/own_cpu_clock.h"
#include "../ticks.h"
#include "turn_record.h"

namespace spanmeter {

// The accounts of a ledger that are open, which of them is below which, and what is on each: time that is
// booked for good, and ticks that are pending until a check says how much of them the thread was away.
class Accounts {
 public:
  using Index = uint32_t;
  static constexpr Index kNobody = 0;  // has an account as well; also stands for "none" in links

  struct Account {
    // How many had been opened when it was, this one included; kNever for one that nothing in suspense goes
    // to.
    uint64_t order = kNever;
    std::optional<Nanos> thread_then = {};  // what the thread had used when it was opened
    Nanos self = 0;                         // booked for good
    Ticks pending = 0;                      // since the last check; an account with any is in touched_
    Nanos closed_below = 0;
    Index parent = kNobody;
    // The open accounts below this one, as a list; children of nobody are in none.
    Index first_child = kNobody;
    Index next = kNobody, previous = kNobody;
    // Those that were enlisted before and after this one.
    Index older = kNobody, younger = kNobody;
    bool in_suspense = false;
    TurnRecord::Owner owner = TurnRecord::kNobody;  // in a record of turns; of none yet
  };
  static constexpr uint64_t kNever = UINT64_MAX;

  // Twice as many as a ledger opens for others, so that there is always one for what is in suspense.
  using Places = Slots<Account, 18>;

  // `clock`: of the thread.
  explicit Accounts(const OwnCpuClock& clock) : clock_(clock) {
    if (slots_.open({}) == 0) throw std::bad_alloc();
    touched_.reserve(slots_.capacity());
  }

  // 0 when as many as possible are open, or there is no memory for one more.
  SlotHandle open(const Account& account, Index parent);
  // One in suspense; nobody's when as many as possible are open.
  Index open_in_suspense(uint64_t order);
  // What is open below it moves on to its parent.
  void close(Index account);

  // Among those that are listed by their order until they close. It was opened last.
  void enlist(Index account);
  // Orders of the first and the last that are listed; kNever and 0 where none is.
  uint64_t oldest_order() { return oldest_ == kNobody ? kNever : at(oldest_).order; }
  uint64_t youngest_order() { return youngest_ == kNobody ? 0 : at(youngest_).order; }

  // Nobody's, where the handle is of none that is open, or of one in suspense, which nobody was given.
  Index index_of(SlotHandle handle) {
    const Account* account = slots_.find(handle);
    return account == nullptr || account->in_suspense ? kNobody : Places::index_of(handle);
  }
  Account& at(Index account) { return slots_.at(account); }
  size_t count() const { return slots_.count() - 1; }

  void add(Index index, Ticks interval) {
    Account& account = at(index);
    if (account.pending == 0) touched_.push_back(index);
    account.pending += interval;
    if (interval > longest_) {
      longest_ = interval;
      longest_index_ = index;
    }
  }

  // All that is on one account is on the other from now on.
  void move(Index from, Index to);

  // Books what is pending for good, without the time that the thread was away, how much that is since the
  // last time. Returns how much was booked since then.
  Nanos settle(Nanos away);

  // Books one account's pending time for good, unchecked.
  void settle_alone(Index account);

  // CPU time of the open accounts below this one, to any depth.
  Nanos open_below(Index account);

  // Null while nobody keeps one.
  std::unique_ptr<TurnRecord> turns;
  void record_turn(Index account, Nanos until) { turns->add(owner_of(account), until); }

 private:
  Nanos to_nanos(Ticks ticks) const { return clock_.to_nanos(ticks); }
  void link(Index account, Index parent);
  void unlink(Index account);
  void unlist(Index account);
  TurnRecord::Owner owner_of(Index account);

  const OwnCpuClock& clock_;
  Places slots_;  // the first is nobody's
  Index oldest_ = kNobody, youngest_ = kNobody;

  std::vector<Index> touched_;  // accounts with pending ticks
  Nanos settled_early_ = 0;     // booked for good since the last time, because the account was closed
  Ticks longest_ = 0;           // interval that was added since the last time, and whose it is
  Index longest_index_ = kNobody;
};

}  // namespace spanmeter
