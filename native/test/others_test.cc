// What is known of other threads from samples, and the budget of reading beside them.

#include "../core/edge/others.h"

#include "../core/edge/edge_budget.h"
#include "../core/history/point.h"
#include "../core/history/rows.h"
#include "check.h"
#include "made_history.h"

namespace spanmeter {
namespace {

TEST(a_budget_saves_up_and_is_spent) {
  EdgeBudget budget;
  CHECK(budget.affords(kSecond));  // without a limit
  budget.limit(0.01);
  CHECK(budget.affords(2 * kSecond));
  budget.charge(kMillisecond);  // all of 100 ms at a hundredth
  CHECK(!budget.affords(2 * kSecond));
  CHECK(budget.affords(2 * kSecond + kMillisecond));
  budget.charge(100 * kMillisecond);  // no debt is older than what could have been saved up
  CHECK(!budget.affords(2 * kSecond + 50 * kMillisecond));
  CHECK(budget.affords(2 * kSecond + 200 * kMillisecond));
  CHECK_EQUAL(budget.spent(), 101 * kMillisecond);
}

TEST(a_reading_that_was_cut_is_charged_as_a_dear_one) {
  UsualSpending usual;
  for (int i = 0; i < 100; i++) CHECK_EQUAL(usual.of(kMicrosecond + i % 3), kMicrosecond + i % 3);
  const Nanos charged = usual.of(kSecond);
  CHECK(charged >= 7 * kMicrosecond && charged <= 9 * kMicrosecond);
  CHECK_EQUAL(usual.of(kMicrosecond), kMicrosecond);
  // A machine that became slower is believed.
  for (int i = 0; i < 100; i++) usual.of(20 * kMicrosecond);
  CHECK_EQUAL(usual.of(20 * kMicrosecond), 20 * kMicrosecond);
}

TEST(ticks_that_go_back_are_no_income) {
  UsualSpending usual;
  CHECK_EQUAL(usual.of(-kSecond), 0);
  for (int i = 0; i < 100; i++) usual.of(kMicrosecond);
  CHECK_EQUAL(usual.of(kMicrosecond), kMicrosecond);
  CHECK_EQUAL(usual.of(-kSecond), 0);
}

TEST(a_value_between_two_rows_lies_on_the_line) {
  const auto pyramid = Pyramid::create(2, Kind::kRate, 1, 16, 16);
  CHECK(!value_at(*pyramid, 1, 5));
  for (int64_t i = 1; i <= 200; i++) {
    const int64_t row[] = {i * 1000, i * i};
    pyramid->append(row);
  }
  CHECK_EQUAL(value_at(*pyramid, 1, 200'000).value_or(-1), 40'000);
  CHECK_EQUAL(value_at(*pyramid, 1, 999'000).value_or(-1), 40'000);  // after the newest
  CHECK_EQUAL(value_at(*pyramid, 1, 199'500).value_or(-1), 39'801 - 1 + (40'000 - 39'601) / 2 - 198);
  CHECK_EQUAL(value_at(*pyramid, 1, 190'000).value_or(-1), 36'100);
  // The rows are gone, the nodes of 32 rows are not: those at 65 and 97 thousand.
  CHECK_EQUAL(value_at(*pyramid, 1, 80'000).value_or(-1), 65 * 65 + (97 * 97 - 65 * 65) * 15 / 32);
  CHECK(!value_at(*pyramid, 1, 10));
}

TEST(others_go_on_as_between_the_last_two_samples_with_the_cores_that_are_left) {
  MadeHistory made;
  LatestOthers latest;
  const auto others_after = [&](Nanos time, Nanos cpu) {
    return latest.after(*made.process, *made.thread, time, cpu, 2);
  };
  CHECK(!others_after(kSecond, 0));
  CHECK(!reaches_back(*made.process, *made.thread, kSecond));
  made.add(1 * kMillisecond, 0, 0);
  CHECK(reaches_back(*made.process, *made.thread, kSecond));
  CHECK(reaches_back(*made.process, *made.thread, kMillisecond));
  CHECK(!reaches_back(*made.process, *made.thread, kMillisecond - 1));
  made.add(2 * kMillisecond, 0, kMillisecond / 2);
  CHECK(others_run(*made.process, *made.thread));
  CHECK_EQUAL(others_at(*made.process, *made.thread, kMillisecond * 3 / 2).value_or(-1), kMillisecond / 4);
  CHECK_EQUAL(others_after(3 * kMillisecond, 0).value_or(-1), kMillisecond);
  // By the sample that is kept now.
  CHECK_EQUAL(others_after(4 * kMillisecond, kMillisecond).value_or(-1), kMillisecond * 3 / 2);
  made.add(3 * kMillisecond, 0, kMillisecond * 5 / 2);
  // They had two cores; the thread has one of them now.
  CHECK_EQUAL(others_after(4 * kMillisecond, kMillisecond).value_or(-1), kMillisecond * 7 / 2);
  made.add(4 * kMillisecond, kMillisecond, kMillisecond * 5 / 2);
  CHECK(!others_run(*made.process, *made.thread));
}

// The clock of the thread had stood still and caught up: it has no row of that sample.
TEST(what_a_sample_lacks_of_the_thread_is_not_that_of_others) {
  MadeHistory made;
  made.add(1 * kMillisecond, 0, 0);
  made.add(2 * kMillisecond, kMillisecond, 0);
  const int64_t row[ProcessRow::kWidth] = {3 * kMillisecond, 3 * kMillisecond, 2 * kMillisecond};
  made.process->append_process(row);
  CHECK_EQUAL(newest_of_both(*made.process, *made.thread), 2 * kMillisecond);
  CHECK_EQUAL(others_at(*made.process, *made.thread, 3 * kMillisecond).value_or(-1), 0);
  CHECK(!others_run(*made.process, *made.thread));
  LatestOthers latest;
  const auto others = latest.after(*made.process, *made.thread, 4 * kMillisecond, 3 * kMillisecond, 2);
  CHECK_EQUAL(others.value_or(-1), 0);
}

}  // namespace
}  // namespace spanmeter
