// A record of the turns of a ledger: whom the thread worked for, and when.

#include "../core/attribution/turn_record.h"

#include <vector>

#include "check.h"
#include "made_thread.h"

namespace spanmeter {
namespace {

using Owner = TurnRecord::Owner;

struct Recorded : Made {
  static inline Owner last = 0;
  SlotHandle connection = 0;

  Recorded() { ledger.keep_turns(last); }

  SlotHandle open() { return ledger.open(Ledger::kNobody, ticks()); }
  Owner closed(SlotHandle account) {
    close(account);
    return ledger.turns()->closed();
  }
  void callback(Nanos duration) {
    connection = ledger.hold(connection, ticks());
    run(duration);
  }
  // The middle of what runs for this long.
  Nanos middle(Nanos duration) {
    run(duration);
    return time - duration / 2;
  }
  TurnRecord::Taken take_all(const std::vector<Nanos>& moments) {
    return ledger.take_turns(moments, ticks());
  }
  std::vector<Owner> take(const std::vector<Nanos>& moments) { return take_all(moments).owners; }
};

constexpr Nanos kUs = kMicrosecond;

TEST(a_moment_belongs_to_whom_the_thread_worked_for) {
  Recorded made;
  const SlotHandle a = made.open(), b = made.open();
  std::vector<Nanos> moments{made.middle(3 * kUs)};
  for (const SlotHandle account : {a, b, a, Ledger::kNobody, b}) {
    made.turn(account);
    moments.push_back(made.middle(5 * kUs));
  }
  const std::vector<Owner> owners = made.take(moments);
  const Owner of_a = made.closed(a), of_b = made.closed(b);
  CHECK(of_a != of_b && of_a != TurnRecord::kNobody && of_b != TurnRecord::kNobody);
  CHECK((owners == std::vector<Owner>{TurnRecord::kNobody, of_a, of_b, of_a, TurnRecord::kNobody, of_b}));
}

TEST(a_time_asleep_moves_no_moment) {
  Recorded made;
  const SlotHandle a = made.open(), b = made.open();
  made.turn(a);
  made.away(kSecond);
  const Nanos first = made.middle(5 * kUs);
  made.turn(b);
  made.away(3 * kMillisecond);
  const Nanos second = made.middle(5 * kUs);
  const std::vector<Owner> owners = made.take({first, second});
  CHECK_EQUAL(owners[0], made.closed(a));
  CHECK_EQUAL(owners[1], made.closed(b));
}

TEST(who_comes_to_the_place_of_another_has_a_number_of_their_own) {
  Recorded made;
  Owner before = TurnRecord::kNobody;
  for (int i = 0; i < 10'000; i++) {
    const SlotHandle account = made.open();
    made.turn(account);
    const Nanos moment = made.middle(kUs);
    const Owner owner = made.closed(account);
    CHECK(owner > before);
    if (i % 1000 == 0) CHECK_EQUAL(made.take({moment})[0], owner);
    before = owner;
  }
}

TEST(what_a_connection_brought_is_whose_it_turns_out_to_be) {
  Recorded made;
  const SlotHandle asker = made.open();
  made.callback(0);
  const Nanos moment = made.middle(5 * kUs);
  made.turn(asker);
  made.run(kUs);
  const auto [owners, given] = made.take_all({moment});
  CHECK(given.empty());
  CHECK_EQUAL(owners[0], made.closed(asker));
}

TEST(whose_it_was_is_said_later_where_it_was_taken_before) {
  Recorded made;
  const SlotHandle asker = made.open();
  made.callback(0);
  const Nanos early = made.middle(5 * kUs);
  const auto [owners, nothing] = made.take_all({early});
  CHECK(owners[0] != TurnRecord::kNobody && owners[0] != TurnRecord::kUnknown);
  CHECK(nothing.empty());
  const Nanos late = made.middle(5 * kUs);
  // Its end names it, before anything was recorded for it.
  const Owner owner = made.closed(asker);
  const auto [later, given] = made.take_all({late});
  CHECK_EQUAL(later[0], owner);
  CHECK_EQUAL(given.size(), size_t{1});
  CHECK_EQUAL(given[0].first, owners[0]);
  CHECK_EQUAL(given[0].second, owner);
  CHECK(made.take_all({}).given.empty());
}

TEST(what_joined_pieces_bring_is_whose_it_turns_out_to_be) {
  Recorded made;
  const SlotHandle asker = made.open();
  std::vector<Nanos> moments;
  std::vector<SlotHandle> later;
  for (uint32_t i = 0; i < 3 * Suspense::kMostPieces; i++) {
    made.callback(0);
    moments.push_back(made.middle(5 * kUs));
    made.ledger.begin(Ledger::kNobody, Made::ticks());
    later.push_back(made.open());
    if (i == Suspense::kMostPieces) made.take({});
  }
  made.callback(0);
  moments.push_back(made.middle(5 * kUs));
  made.turn(asker);
  made.run(kUs);
  const size_t taken = Suspense::kMostPieces + 1;
  const std::vector<Owner> owners = made.take({moments.begin() + taken, moments.end()});
  const Owner owner = made.closed(asker);
  for (const Owner each : owners) CHECK_EQUAL(each, owner);
}

TEST(of_what_was_not_recorded_nothing_is_known) {
  Recorded made;
  made.run(kUs);
  CHECK_EQUAL(made.take({Made::time + kUs})[0], TurnRecord::kUnknown);
  const SlotHandle a = made.open(), b = made.open();
  for (size_t i = 0; i <= TurnRecord::kMostTurns; i++) {
    made.turn(i % 2 == 0 ? a : b);
    made.run(kUs);
  }
  CHECK_EQUAL(made.ledger.turns()->size(), TurnRecord::kMostTurns);
  CHECK_EQUAL(made.take({Made::time - kUs / 2})[0], TurnRecord::kUnknown);
  // There is room again.
  made.turn(a);
  const Nanos moment = made.middle(kUs);
  CHECK_EQUAL(made.take({moment})[0], made.closed(a));
}

}  // namespace
}  // namespace spanmeter
