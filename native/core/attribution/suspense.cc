#include "suspense.h"

#include <algorithm>

namespace spanmeter {

SlotHandle Suspense::resource(SlotHandle name) {
  if (resources_.find(name) != nullptr) return name;
  if (resources_.count() == kMostResources) forget_oldest();
  if (opened_.size() == 2 * kMostResources) {
    std::erase_if(opened_, [this](SlotHandle old) { return resources_.find(old) == nullptr; });
  }
  opened_.push_back(resources_.open({}));
  return opened_.back();
}

Suspense::Index Suspense::piece(SlotHandle name, uint64_t order) {
  Resource* const resource = resources_.find(name);
  if (resource == nullptr) return Accounts::kNobody;
  const Index newest = resource->newest;
  if (newest != Accounts::kNobody && accounts_.at(newest).order == order) return newest;
  const Index opened = accounts_.index_of(accounts_.open({.order = order}, Accounts::kNobody));
  if (opened == Accounts::kNobody) return opened;
  accounts_.at(opened).previous = newest;
  resource->newest = opened;
  count_++;
  if (++resource->pieces > kMostPieces) join_oldest(*resource);
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
  Index newer = resource.newest;
  Index joined = accounts_.at(newer).previous;
  Index oldest = accounts_.at(joined).previous;
  while (accounts_.at(oldest).previous != Accounts::kNobody) {
    newer = joined;
    joined = oldest;
    oldest = accounts_.at(oldest).previous;
  }
  accounts_.move(joined, oldest);
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
