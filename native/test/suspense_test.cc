// Whom work on a shared resource was for: nobody knows it before the thread turns to somebody.

#include "../core/attribution/suspense.h"

#include "check.h"
#include "shared_connection.h"

namespace spanmeter {
namespace {

constexpr Nanos kUs = kMicrosecond;

TEST(what_a_connection_brings_is_whose_the_thread_turns_to) {
  Shared made;
  const SlotHandle asker = made.open(), other = made.open();
  made.callback(5 * kUs);
  made.turn(asker);
  made.run(2 * kUs);
  made.turn(other);
  made.run(kUs);
  made.once(Ledger::kNobody);
  CHECK_EQUAL(made.self(asker), 7 * kUs);
  CHECK_EQUAL(made.self(other), kUs);
  CHECK_EQUAL(made.nobody(), 0);
}

TEST(what_comes_in_pieces_waits_for_the_last) {
  Shared made;
  const SlotHandle asker = made.open();
  for (int i = 0; i < 10; i++) {
    made.callback(30 * kUs);
    made.once(Ledger::kNobody);
    made.run(kUs);
  }
  CHECK_EQUAL(made.nobody(), 310 * kUs);
  made.callback(10 * kUs);
  made.turn(asker);
  CHECK_EQUAL(made.self(asker), 310 * kUs);
  CHECK_EQUAL(made.nobody(), 10 * kUs);
}

TEST(a_span_that_ends_in_a_callback_is_whose_it_was) {
  Shared made;
  const SlotHandle first = made.open(), second = made.open();
  made.callback(5 * kUs);
  CHECK_EQUAL(made.self(first), 5 * kUs);
  // The callback goes on, and so does what it brings.
  made.run(3 * kUs);
  CHECK_EQUAL(made.self(second), 3 * kUs);
  made.run(2 * kUs);
  CHECK_EQUAL(made.nobody(), 2 * kUs);
}

// Its account has a handle like any other, which somebody may guess.
TEST(what_is_in_suspense_is_no_account_of_anybody) {
  Shared made;
  const SlotHandle asker = made.open();
  made.callback(5 * kUs);
  made.run(kUs);
  made.once(Ledger::kNobody);
  for (SlotHandle uses = 1; uses <= 3; uses++) {
    for (SlotHandle index = 0; index < 8; index++) {
      const SlotHandle guessed = uses << 18 | index;
      if (guessed == asker) continue;
      CHECK(!made.ledger.checked_self(guessed));
      CHECK(!made.ledger.close(guessed, made.ticks()));
      // One below it is below nobody.
      const SlotHandle child = made.open(guessed);
      CHECK(made.ledger.close(child, made.ticks()).has_value());
    }
  }
  made.callback(10 * kUs);
  made.turn(asker);
  CHECK(made.self(asker) > 0);
}

TEST(nobody_gets_time_from_before_it_began) {
  Shared made;
  const SlotHandle early = made.open();
  made.callback(5 * kUs);
  const SlotHandle late = made.open();
  made.run(kUs);
  made.once(Ledger::kNobody);
  made.callback(3 * kUs);
  made.turn(late);
  made.turn(early);
  made.once(Ledger::kNobody);
  // What was done in the callback in which it was opened counts for those who were open when that began.
  CHECK_EQUAL(made.self(late), 3 * kUs);
  CHECK_EQUAL(made.self(early), 6 * kUs);
}

TEST(what_a_callback_brings_after_it_named_somebody_waits_as_well) {
  Shared made;
  const SlotHandle first = made.open(), second = made.open();
  made.callback(5 * kUs);
  made.turn(first);
  made.ledger.hold_on(Made::ticks());
  made.run(3 * kUs);
  made.once(Ledger::kNobody);
  made.callback(2 * kUs);
  made.turn(second);
  CHECK_EQUAL(made.self(first), 5 * kUs);
  CHECK_EQUAL(made.self(second), 5 * kUs);
}

TEST(what_names_nobody_stays_nobodys) {
  Shared made;
  const SlotHandle open = made.open();
  made.callback(5 * kUs);
  made.turn(Ledger::kNobody);
  made.once(open);
  made.run(kUs);
  made.once(Ledger::kNobody);
  CHECK_EQUAL(made.self(open), kUs);
  CHECK_EQUAL(made.nobody(), 5 * kUs);
}

TEST(each_resource_keeps_its_own) {
  Shared made;
  SlotHandle other = 0;
  const SlotHandle asker = made.open(), another = made.open();
  made.callback(5 * kUs);
  other = made.ledger.hold(other, Made::ticks());
  made.run(7 * kUs);
  made.turn(another);
  made.callback(kUs);
  made.turn(asker);
  CHECK_EQUAL(made.self(asker), 6 * kUs);
  CHECK_EQUAL(made.self(another), 7 * kUs);
}

TEST(a_visit_says_nothing_of_whom_it_is_for) {
  Shared made;
  const SlotHandle asker = made.open(), section = made.open();
  made.callback(5 * kUs);
  made.ledger.visit(section, Made::ticks());
  made.run(2 * kUs);
  made.ledger.hold_on(Made::ticks());
  made.run(kUs);
  made.turn(asker);
  CHECK_EQUAL(made.self(asker), 6 * kUs);
  CHECK_EQUAL(made.self(section), 2 * kUs);
}

TEST(what_follows_a_callback_unannounced_is_not_the_callbacks) {
  Shared made;
  const SlotHandle span = made.open(), asker = made.open();
  made.once(span);
  made.run(kUs);
  made.ledger.leave(Made::ticks());
  made.run(5 * kUs);
  made.turn(asker);
  made.ledger.leave(Made::ticks());
  made.run(7 * kUs);
  made.once(span);
  CHECK_EQUAL(made.self(span), kUs);
  CHECK_EQUAL(made.self(asker), 5 * kUs);
  CHECK_EQUAL(made.nobody(), 7 * kUs);
}

TEST(what_follows_a_wait_unannounced_is_for_whom_the_thread_turns_to) {
  Shared made;
  const SlotHandle asker = made.open();
  made.once(asker);
  made.ledger.wait(Made::ticks());
  made.run(2 * kUs);
  made.turn(asker);
  // Nobody reports the ends of callbacks: each is announced, and this was the wait itself.
  CHECK_EQUAL(made.nobody(), 2 * kUs);
  made.ledger.leave(Made::ticks());
  made.ledger.wait(Made::ticks());
  made.run(5 * kUs);
  made.turn(asker);
  made.ledger.wait(Made::ticks());
  made.run(7 * kUs);
  made.once(asker);
  CHECK_EQUAL(made.self(asker), 5 * kUs);
  CHECK_EQUAL(made.nobody(), 9 * kUs);
}

TEST(what_is_read_before_a_callback_is_part_of_it) {
  Shared made;
  const SlotHandle asker = made.open(), other = made.open();
  made.ledger.wait(Made::ticks());
  made.away(kSecond);
  made.run(4 * kUs);
  made.callback(5 * kUs);
  made.turn(asker);
  made.ledger.wait(Made::ticks());
  made.run(4 * kUs);
  made.once(other);
  CHECK_EQUAL(made.self(asker), 9 * kUs);
  CHECK_EQUAL(made.self(other), 0);
  CHECK_EQUAL(made.nobody(), 4 * kUs);
}

TEST(what_is_read_after_a_pause_is_part_of_the_next_callback) {
  Shared made;
  const SlotHandle asker = made.open(), other = made.open();
  made.turn(other);
  made.run(2 * kUs);
  made.ledger.pause(Made::ticks());
  made.run(4 * kUs);
  made.callback(5 * kUs);
  made.turn(asker);
  CHECK_EQUAL(made.self(asker), 9 * kUs);
  // Whoever goes on in the same run was not named for what came before.
  made.ledger.pause(Made::ticks());
  made.run(3 * kUs);
  made.turn(other);
  CHECK_EQUAL(made.self(other), 2 * kUs);
  CHECK_EQUAL(made.nobody(), 3 * kUs);
}

TEST(time_asleep_is_taken_off_what_is_in_suspense) {
  Shared made;
  const SlotHandle asker = made.open();
  made.callback(10 * kUs);
  made.away(kSecond);
  made.turn(asker);
  CHECK_EQUAL(made.self(asker), 10 * kUs);
}

}  // namespace
}  // namespace spanmeter
