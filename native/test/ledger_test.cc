// Whom a thread worked for: the arithmetic on made-up clocks, and the truth on real ones.

#include "../core/attribution/ledger.h"

#include <algorithm>
#include <vector>

#include "burner.h"
#include "check.h"
#include "made_thread.h"

namespace spanmeter {
namespace {

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

// Too short to be looked at one by one: nobody can tell in which of them the thread was away, but not more
// than was used is ever given.
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

// The machine slept, or was moved: what the thread burns before, across and after it is told, without anybody
// asking for a sum in between.
TEST(ledger_opens_no_more_than_it_can_name) {
  Made made;
  std::vector<SlotHandle> open;
  while (const SlotHandle account = made.ledger.open(Ledger::kNobody, Made::ticks())) open.push_back(account);
  CHECK_EQUAL(open.size(), (1u << 17) - 1);
  made.close(open.back());
  CHECK(made.ledger.open(Ledger::kNobody, Made::ticks()) != 0);
}

// How much the accounts of two that burn in turn have less than these by the thread's own CPU clock, as a
// part of it, or more than they and the turns around them took; and how far the sum is off, in ms.
struct Apart {
  double heavy, light, sum_ms;
  // 1: as far as is allowed.
  double most() const { return std::max(heavy / 0.01, light / 0.03); }
};

Apart apart_from_the_cpu_clock() {
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
  const auto apart = [](Nanos value, Nanos low, Nanos high) {
    return to_ms(std::max({Nanos{0}, low - value, value - high}));
  };
  const auto part_of = [&](const Burned& burned) {
    const Nanos self = ledger.close(burned.account, ticks_now())->self;
    return apart(self, burned.inside, burned.around) / to_ms(burned.inside);
  };
  return {part_of(heavy), part_of(light), apart(all, used, used_around)};
}

// On real clocks. On a virtual machine that is kept busy the thread's clock may stand still while the ledger
// looks, and catch up in what another does then: that is no matter of each round.
TEST(ledger_agrees_with_the_cpu_clock) {
  Apart best{1, 1, 1000};
  for (int round = 0; round < 5 && best.most() >= 1; round++) {
    const Apart apart = apart_from_the_cpu_clock();
    CHECK(apart.sum_ms < 0.3);
    if (apart.most() < best.most()) best = apart;
  }
  CHECK_NEAR(best.heavy, 0, 0.01);
  CHECK_NEAR(best.light, 0, 0.03);
}

}  // namespace
}  // namespace spanmeter
