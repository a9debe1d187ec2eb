// Whom a thread worked for: the arithmetic on made-up clocks, and the truth on real ones.

#include "../core/attribution/ledger.h"

#include <vector>

#include "burner.h"
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

TEST(ledger_gives_each_account_its_own_time) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  for (int i = 0; i < 100; i++) {
    made.turn(a);
    made.run(3 * kMicrosecond);
    made.turn(b);
    made.run(4 * kMicrosecond);
    made.turn(Ledger::kNobody);
    made.run(5 * kMicrosecond);
  }
  CHECK_EQUAL(made.close(a).self, 300 * kMicrosecond);
  CHECK_EQUAL(made.close(b).self, 400 * kMicrosecond);
  const Ledger::Sums sums = made.ledger.sums(Made::ticks());
  CHECK_EQUAL(sums.nobody, 500 * kMicrosecond);
  CHECK_EQUAL(sums.all, 1200 * kMicrosecond);
  CHECK_EQUAL(made.ledger.open_count(), 0u);
}

TEST(ledger_is_told_later_whom_it_was_for) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle b = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(3 * kMicrosecond);
  made.turn(a);
  made.run(4 * kMicrosecond);
  made.ledger.reassign(b);
  made.run(5 * kMicrosecond);
  made.turn(Ledger::kNobody);
  CHECK_EQUAL(made.close(a).self, 3 * kMicrosecond);
  CHECK_EQUAL(made.close(b).self, 9 * kMicrosecond);
}

// A counter that somebody reads again and again must not take back what it said.
TEST(ledger_tells_of_an_open_account_what_was_checked) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(30 * kMicrosecond);
  CHECK_EQUAL(made.ledger.checked_self(a).value_or(-1), 0);
  made.ledger.sums(Made::ticks());
  CHECK_EQUAL(made.ledger.checked_self(a).value_or(-1), 30 * kMicrosecond);
  made.away(40 * kMicrosecond);
  made.turn(Ledger::kNobody);
  CHECK_EQUAL(made.ledger.checked_self(a).value_or(-1), 30 * kMicrosecond);
  made.ledger.sums(Made::ticks());
  CHECK_EQUAL(made.ledger.checked_self(a).value_or(-1), 30 * kMicrosecond);
  made.close(a);
  CHECK_EQUAL(made.ledger.checked_self(a).has_value(), false);
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

TEST(ledger_leaves_out_a_preemption_within_a_long_burst) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.turn(a);
  made.run(2 * kMillisecond);
  made.away(3 * kMillisecond);
  made.run(2 * kMillisecond);
  CHECK_EQUAL(made.close(a).self, 4 * kMillisecond);
}

// Too short to be looked at one by one: nobody can tell in which of them the thread was away, but not more
// than was used is ever given.
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

TEST(ledger_counts_what_was_opened_below_in_the_total) {
  Made made;
  const SlotHandle root = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle closed = made.ledger.open(root, Made::ticks());
  const SlotHandle open = made.ledger.open(root, Made::ticks());
  const SlotHandle below = made.ledger.open(open, Made::ticks());
  const SlotHandle stranger = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle all[] = {root, closed, open, below, stranger};
  Nanos time = kMillisecond;
  for (const SlotHandle account : all) {
    made.turn(account);
    made.run(time);
    time *= 2;
  }
  made.turn(Ledger::kNobody);
  CHECK_EQUAL(made.close(closed).total, 2 * kMillisecond);
  const Ledger::Totals of_root = made.close(root);
  CHECK_EQUAL(of_root.self, 1 * kMillisecond);
  CHECK_EQUAL(of_root.total, 15 * kMillisecond);
  // What goes on after its parent was closed is in the total of whom is still open above.
  const Ledger::Totals of_open = made.close(open);
  CHECK_EQUAL(of_open.self, 4 * kMillisecond);
  CHECK_EQUAL(of_open.total, 12 * kMillisecond);
  CHECK_EQUAL(made.close(below).total, 8 * kMillisecond);
}

TEST(ledger_hands_children_on_to_the_next_above) {
  Made made;
  const SlotHandle root = made.ledger.open(Ledger::kNobody, Made::ticks());
  const SlotHandle middle = made.ledger.open(root, Made::ticks());
  const SlotHandle first = made.ledger.open(middle, Made::ticks());
  const SlotHandle second = made.ledger.open(middle, Made::ticks());
  made.turn(middle);
  made.run(kMillisecond);
  CHECK_EQUAL(made.close(middle).self, kMillisecond);
  // The thread goes on for the one above.
  made.run(2 * kMillisecond);
  made.turn(first);
  made.run(4 * kMillisecond);
  made.turn(second);
  made.run(8 * kMillisecond);
  CHECK_EQUAL(made.close(second).self, 8 * kMillisecond);
  made.turn(Ledger::kNobody);
  const Ledger::Totals of_root = made.close(root);
  CHECK_EQUAL(of_root.self, 2 * kMillisecond);
  CHECK_EQUAL(of_root.total, 15 * kMillisecond);
  CHECK_EQUAL(made.close(first).self, 4 * kMillisecond);
}

TEST(ledger_knows_a_closed_account_from_the_one_in_its_place) {
  Made made;
  const SlotHandle a = made.ledger.open(Ledger::kNobody, Made::ticks());
  made.close(a);
  const SlotHandle b = made.ledger.open(a, Made::ticks());
  CHECK(a != b);
  made.turn(a);
  made.run(kMillisecond);
  CHECK(!made.ledger.close(a, Made::ticks()));
  CHECK_EQUAL(made.close(b).self, 0);
  CHECK_EQUAL(made.ledger.sums(Made::ticks()).nobody, kMillisecond);
  // Nor can nobody be closed, by whatever handle.
  CHECK(!made.ledger.close(Ledger::kNobody, Made::ticks()));
  CHECK(!made.ledger.close(1 << 18, Made::ticks()));
  CHECK(!made.ledger.close(kLargestHandle, Made::ticks()));
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

// The machine slept, or was moved: what the thread burns before, across and after it is told, without anybody
// asking for a sum in between.
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

TEST(ledger_opens_no_more_than_it_can_name) {
  Made made;
  std::vector<SlotHandle> open;
  while (const SlotHandle account = made.ledger.open(Ledger::kNobody, Made::ticks())) open.push_back(account);
  CHECK_EQUAL(open.size(), (1u << 17) - 1);
  made.close(open.back());
  CHECK(made.ledger.open(Ledger::kNobody, Made::ticks()) != 0);
}

// On real clocks: each gets what it burned by the thread's own CPU clock, and no more than that and the turns
// around it took.
TEST(ledger_agrees_with_the_cpu_clock) {
  struct Burned {
    SlotHandle account;
    Nanos inside = 0, around = 0;
  };
  OwnCpuClock clock = OwnCpuClock::measured();
  const Nanos begun = own_cpu();
  Ledger ledger(clock, ticks_now());
  const Nanos open = own_cpu();
  Burned heavy{ledger.open(Ledger::kNobody, ticks_now())}, light{ledger.open(Ledger::kNobody, ticks_now())};
  const auto burn_for = [&](Burned& burned, Nanos cpu, SlotHandle next) {
    const Nanos before = own_cpu();
    ledger.turn_to(burned.account, ticks_now());
    burned.inside += burn(cpu);
    ledger.turn_to(next, ticks_now());
    burned.around += own_cpu() - before;
  };
  for (int i = 0; i < 40; i++) {
    burn_for(heavy, 2 * kMillisecond, Ledger::kNobody);
    burn_for(light, 100 * kMicrosecond, Ledger::kNobody);
    sleep_for(kMillisecond);
  }
  const Nanos used = own_cpu() - open;
  const Nanos all = ledger.sums(ticks_now()).all;
  const Nanos used_around = own_cpu() - begun;
  const auto check_self = [&](const Burned& burned, double part) {
    const double self = static_cast<double>(ledger.close(burned.account, ticks_now())->self);
    CHECK(self >= (1 - part) * static_cast<double>(burned.inside));
    CHECK(self <= (1 + part) * static_cast<double>(burned.around));
  };
  check_self(heavy, 0.01);
  check_self(light, 0.03);
  CHECK(to_ms(all) >= to_ms(used) - 0.3);
  CHECK(to_ms(all) <= to_ms(used_around) + 0.3);
}

}  // namespace
}  // namespace spanmeter
