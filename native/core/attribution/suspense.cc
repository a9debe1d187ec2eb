#include "suspense.h"

#include <algorithm>
#include <new>

namespace spanmeter {

SlotHandle Suspense::resource(SlotHandle name) {
  if (resources_.find(name) != nullptr) return name;
  if (resources_.count() == kMostResources) forget_oldest();
  if (opened_.size() == 2 * kMostResources) {
    std::erase_if(opened_, [this](SlotHandle old) { return resources_.find(old) == nullptr; });
  }
  const SlotHandle opened = resources_.open({});
  if (opened == 0) return 0;
  try {
    opened_.push_back(opened);
  } catch (const std::bad_alloc&) {
    resources_.close(opened);
    return 0;
  }
  return opened;
}

Suspense::Index Suspense::piece(SlotHandle name, uint64_t order) {
  Resource* const resource = resources_.find(name);
  if (resource == nullptr) return Accounts::kNobody;
  const Index newest = resource->newest;
  if (newest != Accounts::kNobody) {
    uint64_t& until = accounts_.at(newest).order;
    // Whoever gets the one would get the other.
    if (accounts_.youngest_order() <= until) {
      until = order;
      return newest;
    }
    if (accounts_.oldest_order() > until) give(name, Accounts::kNobody, 0);
  }
  return open(*resource, order);
}

Suspense::Index Suspense::open(Resource& resource, uint64_t order) {
  const Index opened = accounts_.open_in_suspense(order);
  if (opened == Accounts::kNobody) return opened;
  const Index before = resource.newest;
  accounts_.at(opened).previous = before;
  (before == Accounts::kNobody ? resource.oldest : accounts_.at(before).next) = opened;
  resource.newest = opened;
  count_++;
  if (++resource.pieces > kMostPieces) join_oldest(resource);
  return opened;
}

bool Suspense::give(SlotHandle name, Index account, uint64_t order) {
  Resource* const resource = resources_.find(name);
  if (resource == nullptr) return false;
  Index piece = resource->newest;
  while (piece != Accounts::kNobody && accounts_.at(piece).order >= order) {
    const Index older = accounts_.at(piece).previous;
    accounts_.move(piece, account);
    close(*resource, piece);
    piece = older;
  }
  resource->newest = piece;
  (piece == Accounts::kNobody ? resource->oldest : accounts_.at(piece).next) = Accounts::kNobody;
  return piece != Accounts::kNobody;
}

void Suspense::leave(SlotHandle name) {
  const Resource* const resource = resources_.find(name);
  if (resource != nullptr && resource->newest == Accounts::kNobody) resources_.close(name);
}

Nanos Suspense::time() {
  Nanos sum = 0;
  for (const SlotHandle name : opened_) {
    const Resource* const resource = resources_.find(name);
    Index piece = resource == nullptr ? Accounts::kNobody : resource->newest;
    for (; piece != Accounts::kNobody; piece = accounts_.at(piece).previous) sum += accounts_.at(piece).self;
  }
  return sum;
}

void Suspense::close(Resource& resource, Index piece) {
  accounts_.close(piece);
  resource.pieces--;
  count_--;
}

void Suspense::join_oldest(Resource& resource) {
  const Index oldest = resource.oldest;
  const Index joined = accounts_.at(oldest).next;
  const Index newer = accounts_.at(joined).next;
  accounts_.move(joined, oldest);
  accounts_.at(oldest).next = newer;
  accounts_.at(newer).previous = oldest;
  close(resource, joined);
}

void Suspense::forget_oldest() {
  while (resources_.find(opened_.front()) == nullptr) opened_.pop_front();
  give(opened_.front(), Accounts::kNobody, 0);
  leave(opened_.front());
  opened_.pop_front();
}

}  // namespace spanmeter
