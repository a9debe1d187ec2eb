#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../clock.h"

namespace spanmeter {

// When the thread worked for whom, while somebody keeps such a record beside a ledger. Handles of accounts
// are used again, so whoever the thread works for has a number that nobody else ever gets.
//
// Whose some work was is known only afterwards: it has a number of its own, which stands for another one from
// then on.
class TurnRecord {
 public:
  // Odd where it may be given to another.
  using Owner = uint64_t;
  static constexpr Owner kNobody = 0;
  // The record knows nothing of the moment.
  static constexpr Owner kUnknown = UINT64_MAX;
  // 16 MB. Of more, whose they were is not known.
  static constexpr size_t kMostTurns = size_t{1} << 20;

  // `last`: the last number that was given away; it must outlive the record.
  explicit TurnRecord(Owner& last) : last_(last) {}

  // Of somebody new. `in_suspense`: whose it is comes later, by give().
  Owner next(bool in_suspense) { return last_ = ((last_ | 1) + 1) | static_cast<Owner>(in_suspense); }

  // The thread worked for this one from the turn before until now.
  void add(Owner owner, Nanos until);

  // What was recorded for one is another's.
  void give(Owner from, Owner to);

  // Nothing more is recorded for this one.
  void close(Owner owner) { closed_ = owner; }
  // The one that was closed last.
  Owner closed() const { return closed_; }

  struct Taken {
    // Whom the thread worked for at each of the moments.
    std::vector<Owner> owners;
    // Of what was in suspense when it was taken: who it was, and whose that is, as known by now.
    std::vector<std::pair<Owner, Owner>> given;
  };
  // What is known without a record.
  static Taken nothing(size_t moments) { return {std::vector<Owner>(moments, kUnknown), {}}; }
  // What is known of these moments, which are in order, and not before the last take(). Forgets all turns.
  Taken take(std::span<const Nanos> moments);

  size_t size() const { return turns_.size(); }

 private:
  struct Turn {
    Nanos until;
    Owner owner;
  };

  static bool in_suspense(Owner owner) { return owner != kUnknown && owner % 2 == 1; }
  Owner owner_of(Owner number) const;
  std::vector<std::pair<Owner, Owner>> take_given();

  Owner& last_;
  std::vector<Turn> turns_;
  bool full_ = false;  // there was no memory: what comes before the next take() is not known
  Owner closed_ = kNobody;
  // Whose each is, for as long as it may still be in turns_.
  std::unordered_map<Owner, Owner> given_;
  // Those in suspense that take() has named.
  std::unordered_set<Owner> named_;
};

}  // namespace spanmeter
