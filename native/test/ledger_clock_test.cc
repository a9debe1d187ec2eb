// What a ledger makes of time in which the thread did not run, and of ticks that jump.

#include <vector>

#include "../core/attribution/ledger.h"
#include "check.h"
#include "made_thread.h"

namespace spanmeter {
namespace {

// Clocks of which each reading takes 20 ns; the one with the given number takes 4 ms, as if the thread had
// lost its CPU just before it or just after.
struct Interrupted {
  int lost_before = -1, lost_after = -1;
  int readings = 0;
  Nanos now = 0;

  Nanos read() {
    if (readings == lost_before) now += 4 * kMillisecond;
    const Nanos read = now;
    now += readings == lost_after ? 4 * kMillisecond : 20;
    readings++;
    return read;
  }
  double measure() {
    return measure_tick([this] { return read(); }, [this] { return static_cast<Ticks>(read() * 2); });
  }
};

TEST(the_tick_is_measured_however_the_thread_is_interrupted) {
  Interrupted whole;
  CHECK_NEAR(whole.measure(), 0.5, 0.001);
  for (int i = 0; i < whole.readings; i++) {
    Interrupted before{.lost_before = i}, after{.lost_after = i};
    CHECK_NEAR(before.measure(), 0.5, 0.001);
    CHECK_NEAR(after.measure(), 0.5, 0.001);
  }
}

TEST(ledger_leaves_out_time_asleep) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(10 * kMicrosecond);
  made.turn(b);
  made.run(10 * kMicrosecond);
  made.away(kSecond);
  made.turn(a);
  made.run(20 * kMicrosecond);
  CHECK_EQUAL(made.close(a).self, 30 * kMicrosecond);
  CHECK_EQUAL(made.close(b).self, 10 * kMicrosecond);
}

// Neither right away, nor when a check is no longer due by the time that has passed.
TEST(ledger_has_no_time_for_an_account_that_closes_while_the_clock_cannot_be_read) {
  for (const Nanos after : {Nanos{0}, 10 * kMicrosecond}) {
    Made made;
    const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
    made.turn(a);
    made.run(10 * kMicrosecond);
    made.away(kSecond);
    made.readable = false;
    if (after > 0) made.turn(a);
    made.run(after);
    CHECK(!made.ledger.close(a, Made::ticks()));
    made.readable = true;
    CHECK_EQUAL(made.ledger.sums(Made::ticks()).all, 10 * kMicrosecond + after);
    const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
    made.turn(b);
    made.run(20 * kMicrosecond);
    CHECK_EQUAL(made.close(b).self, 20 * kMicrosecond);
  }
}

TEST(ledger_settles_later_what_it_could_not_check) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(10 * kMicrosecond);
  made.away(kSecond);
  made.readable = false;
  made.turn(a);
  made.readable = true;
  made.run(10 * kMicrosecond);
  const Ledger::Totals totals = made.close(a);
  CHECK_EQUAL(totals.self, 20 * kMicrosecond);
  CHECK_EQUAL(totals.others, 0);
}

TEST(ledger_leaves_out_a_preemption_within_a_long_burst) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(2 * kMillisecond);
  made.away(3 * kMillisecond);
  made.run(2 * kMillisecond);
  CHECK_EQUAL(made.close(a).self, 4 * kMillisecond);
}

TEST(ledger_shares_out_short_absences_in_proportion) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  for (int i = 0; i < 1000; i++) {
    made.turn(a);
    made.run(10 * kMicrosecond);
    made.turn(b);
    made.run(10 * kMicrosecond);
    made.away(10 * kMicrosecond);
  }
  const Nanos of_a = made.close(a).self;
  const Nanos of_b = made.close(b).self;
  CHECK_NEAR(to_ms(of_a), 10, 4);
  CHECK_NEAR(to_ms(of_a + of_b), 20, 0.05);
  CHECK_NEAR(to_ms(made.ledger.sums(Made::ticks()).all), 20, to_ms(made.clock.apart()));
}

// An absence that is too short to ask the clock about.
TEST(ledger_knows_what_the_edge_of_a_span_has_read) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(20 * kMicrosecond);
  made.away(25 * kMicrosecond);
  made.turn(Ledger::kNobody);
  made.clock.check(Made::ticks());
  made.run(3 * kMicrosecond);
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  CHECK_EQUAL(made.ledger.checked_self(a).value_or(-1), 20 * kMicrosecond);
  made.turn(b);
  made.run(10 * kMicrosecond);
  made.away(5 * kMicrosecond);
  made.turn(Ledger::kNobody);
  made.clock.check(Made::ticks());
  const Ledger::Totals own = made.close(b);
  CHECK_EQUAL(own.self, 10 * kMicrosecond);
  CHECK_EQUAL(own.others, 0);
  CHECK_EQUAL(made.close(a).self, 20 * kMicrosecond);
  CHECK_EQUAL(made.ledger.sums(Made::ticks()).all, 33 * kMicrosecond);
}

// Nothing is read in between: all intervals are short.
TEST(ledger_trusts_what_an_edge_has_read_for_no_longer_than_what_it_reads) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  const auto go_on = [&](Nanos duration) {
    constexpr Nanos kShort = 40 * kMicrosecond;
    for (Nanos ran = 0; ran < duration; ran += kShort) {
      made.turn(a);
      made.run(kShort);
    }
    made.turn(Ledger::kNobody);
  };
  made.run(kMicrosecond);
  made.clock.check(Made::ticks());
  go_on(200 * kMicrosecond);
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  go_on(120 * kMicrosecond);
  CHECK_EQUAL(made.close(b).others, 120 * kMicrosecond);
  CHECK_EQUAL(made.close(a).self, 320 * kMicrosecond);
}

TEST(ledger_survives_ticks_that_jump) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(kMillisecond);
  made.ledger.turn_to(a, Made::ticks() - kSecond);
  made.run(kMillisecond);
  made.ledger.turn_to(a, Made::ticks() + 1000 * kSecond);
  made.turn(a);
  made.run(kMillisecond);
  made.turn(Ledger::kNobody);
  CHECK_EQUAL(made.ledger.sums(Made::ticks()).all, 3 * kMillisecond);
  made.turn(a);
  made.run(kMillisecond);
  const Nanos self = made.close(a).self;
  CHECK(self >= kMillisecond && self <= 4 * kMillisecond);
  CHECK_EQUAL(made.ledger.sums(Made::ticks()).all, 4 * kMillisecond);
}

TEST(ledger_survives_a_jump_of_any_length) {
  for (const Ticks jump : {2 * kSecond, 120 * kSecond, 57'600 * kSecond, -7200 * kSecond}) {
    Made made;
    const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
    const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
    for (int i = 0; i < 1000; i++) {
      const Ticks shift = i < 500 ? 0 : jump;
      made.ledger.turn_to(a, Made::ticks() + shift);
      made.run(10 * kMicrosecond);
      made.ledger.turn_to(b, Made::ticks() + shift);
      made.run(kMillisecond);
    }
    const Ticks end = Made::ticks() + jump;
    CHECK_NEAR(to_ms(made.ledger.close(b, end)->self), 1000, 2.1);
    CHECK_NEAR(to_ms(made.ledger.close(a, end)->self), 10, 0.3);
  }
}

TEST(ledger_believes_a_new_rate_of_ticks) {
  Made made;
  Ticks ticks = Made::ticks();
  // A tick takes a nanosecond now, twice as long as it was said to.
  const auto burn_100_times = [&] {
    const SlotHandle account = made.ledger.open(Ledger::kNobody, Made::ticks());
    made.ledger.turn_to(account, ticks);
    for (int i = 0; i < 100; i++) {
      made.run(100 * kMicrosecond);
      ticks += 100'000;
      made.ledger.turn_to(account, ticks);
    }
    made.away(kSecond);
    ticks += kSecond;
    return to_ms(made.ledger.close(account, ticks)->self);
  };
  CHECK(burn_100_times() > 7);
  CHECK_NEAR(burn_100_times(), 10, 0.1);
}

}  // namespace
}  // namespace spanmeter
