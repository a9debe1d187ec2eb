#include "turn_record.h"

#include <algorithm>
#include <iterator>
#include <new>

namespace spanmeter {

void TurnRecord::add(Owner owner, Nanos until) {
  if (!turns_.empty() && turns_.back().owner == owner) {
    turns_.back().until = until;
  } else if (turns_.size() < kMostTurns && !full_) {
    try {
      turns_.push_back({until, owner});
    } catch (const std::bad_alloc&) {
      full_ = true;
    }
  }
}

void TurnRecord::give(Owner from, Owner to) {
  if (from == to) return;
  try {
    given_.emplace(from, to);
  } catch (const std::bad_alloc&) {
    full_ = true;
    turns_.clear();
  }
}

// Each was given to one that did not exist before it or was not given away yet, so there is no circle.
TurnRecord::Owner TurnRecord::owner_of(Owner number) const {
  for (auto found = given_.find(number); found != given_.end(); found = given_.find(number))
    number = found->second;
  return number;
}

std::vector<std::pair<TurnRecord::Owner, TurnRecord::Owner>> TurnRecord::take_given() {
  std::vector<std::pair<Owner, Owner>> given;
  for (const Owner number : named_) {
    const Owner owner = owner_of(number);
    if (owner != number) given.emplace_back(number, owner);
  }
  for (const auto& [number, owner] : given) {
    named_.erase(number);
    if (in_suspense(owner)) named_.insert(owner);
  }
  return given;
}

TurnRecord::Taken TurnRecord::take(std::span<const Nanos> moments) {
  Taken taken{{}, take_given()};
  std::vector<Owner>& owners = taken.owners;
  owners.reserve(moments.size());
  auto turn = turns_.begin();
  for (const Nanos moment : moments) {
    turn = std::find_if(turn, turns_.end(), [moment](const Turn& later) { return later.until >= moment; });
    owners.push_back(turn == turns_.end() ? kUnknown : owner_of(turn->owner));
  }
  std::copy_if(owners.begin(), owners.end(), std::inserter(named_, named_.end()), in_suspense);
  turns_.clear();
  given_.clear();
  full_ = false;
  return taken;
}

}  // namespace spanmeter
