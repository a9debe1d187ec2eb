// The pieces of what waits for a resource: they are few, however long nobody is named.

#include <vector>

#include "../core/attribution/suspense.h"
#include "check.h"
#include "shared_connection.h"

namespace spanmeter {
namespace {

constexpr Nanos kUs = kMicrosecond;

TEST(the_oldest_pieces_become_one) {
  Shared made;
  const SlotHandle first = made.open();
  const int pieces = 3 * Suspense::kMostPieces;
  std::vector<SlotHandle> others(pieces);
  for (SlotHandle& other : others) {
    made.callback(kUs);
    made.once(Ledger::kNobody);
    other = made.open();
  }
  made.callback(kUs);
  made.turn(others.back());
  made.turn(first);
  CHECK_EQUAL(made.self(others.back()), kUs);
  CHECK_EQUAL(made.self(first), pieces * kUs);
}

// What waits for a connection, and how many pieces that is.
struct Waiting : Made {
  Accounts accounts{clock};
  Suspense suspense{accounts};
  SlotHandle connection = suspense.resource(0);
  uint64_t opened = 0;

  Accounts::Index open() {
    const SlotHandle account = accounts.open({.order = ++opened}, Accounts::kNobody);
    accounts.enlist(Accounts::Places::index_of(account));
    return Accounts::Places::index_of(account);
  }
  void piece() { accounts.add(suspense.piece(connection, opened), kUs); }
};

TEST(pieces_that_nobody_tells_apart_are_one) {
  Waiting made;
  const auto first = made.open();
  for (int i = 0; i < 10; i++) {
    made.piece();
    made.accounts.close(made.open());
  }
  CHECK_EQUAL(made.suspense.count(), 1u);
  const auto second = made.open();
  made.piece();
  CHECK_EQUAL(made.suspense.count(), 2u);
  made.accounts.close(second);
  made.piece();
  CHECK(!made.suspense.give(made.connection, first, 1));
  CHECK_EQUAL(made.accounts.at(first).pending, 12 * kUs);
}

TEST(what_no_open_account_can_get_is_nobodys) {
  Waiting made;
  for (int i = 0; i < 10; i++) {
    const auto account = made.open();
    made.piece();
    const auto later = made.open();
    made.accounts.close(account);
    made.piece();
    made.accounts.close(later);
  }
  CHECK_EQUAL(made.suspense.count(), 1u);
  CHECK_EQUAL(made.accounts.at(Accounts::kNobody).pending, 19 * kUs);
}

TEST(of_too_many_resources_the_oldest_wait_in_vain) {
  Shared made;
  const SlotHandle asker = made.open();
  std::vector<SlotHandle> resources(Suspense::kMostResources + 10);
  for (SlotHandle& resource : resources) {
    resource = made.ledger.hold(0, Made::ticks());
    made.run(kUs);
  }
  // From the newest on: each that is gone takes the place of another.
  for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource) {
    made.ledger.hold(*resource, Made::ticks());
    made.turn(asker);
  }
  made.once(Ledger::kNobody);
  CHECK_EQUAL(made.self(asker), static_cast<Nanos>(Suspense::kMostResources) * kUs);
  CHECK_EQUAL(made.nobody(), 10 * kUs);
  CHECK_EQUAL(made.ledger.open_count(), 0u);
}

}  // namespace
}  // namespace spanmeter
