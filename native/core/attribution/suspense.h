#pragma once

#include <deque>

#include "accounts.h"

namespace spanmeter {

// The accounts of work whose owner is not known yet, by the resource that it was done for, such as a
// connection that many share. A resource has a new one, a piece, for what is done after another account was
// opened that is open still: nobody gets time from before it began. What was done before any account was
// opened that is open now is nobody's. A resource takes space only while something waits for it, so that
// nobody need say when it is gone.
class Suspense {
 public:
  using Index = Accounts::Index;
  // Pieces of a resource: where there are more, the two oldest become one.
  static constexpr uint32_t kMostPieces = 16;
  // Resources: where there are more, what waits for the oldest is nobody's.
  static constexpr size_t kMostResources = 4096;

  explicit Suspense(Accounts& accounts) : accounts_(accounts) {}

  // A resource by the name that this has returned for it before; by a new one where that is 0, or nothing
  // waits for the resource any more. 0 where there is no memory for it: what is done for it is nobody's.
  SlotHandle resource(SlotHandle name);

  // The account of what is done for a resource now that `order` accounts were opened. Nobody's where as many
  // accounts as possible are open.
  Index piece(SlotHandle name, uint64_t order);

  // What waits for a resource from the time on when `order` accounts had been opened is on this account now.
  // Returns whether anything still waits.
  bool give(SlotHandle name, Index account, uint64_t order);

  // Nothing is done for the resource any more before resource() is called again.
  void leave(SlotHandle name);

  // How many accounts there are, and what is booked on them for good.
  size_t count() const { return count_; }
  Nanos time();

 private:
  struct Resource {
    // Its pieces, linked by `previous` to the older one and by `next` to the newer one.
    Index newest = Accounts::kNobody, oldest = Accounts::kNobody;
    uint32_t pieces = 0;
  };

  Index open(Resource& resource, uint64_t order);
  void close(Resource& resource, Index piece);
  void join_oldest(Resource& resource);
  void forget_oldest();

  Accounts& accounts_;
  size_t count_ = 0;
  Slots<Resource> resources_;
  std::deque<SlotHandle> opened_;  // from the oldest on, some of them gone
};

}  // namespace spanmeter
