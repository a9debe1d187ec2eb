#include "../core/history/coverage.h"
#include "../core/sampler/budget.h"
#include "../core/sampler/gap.h"
#include "../core/sampler/lateness.h"
#include "../core/sampler/tick_grid.h"
#include "../core/sampler/watchers.h"
#include "check.h"

namespace spanmeter {
namespace {

TEST(ticks_stay_on_the_grid) {
  TickGrid grid(1000, 100);
  CHECK_EQUAL(grid.advance(1000), 0);
  CHECK_EQUAL(grid.due(), 1100);
  CHECK_EQUAL(grid.advance(1174), 0);  // late, not missed
  CHECK_EQUAL(grid.due(), 1200);
}

TEST(missed_ticks_are_skipped_and_counted) {
  TickGrid grid(1000, 100);
  CHECK_EQUAL(grid.advance(1100), 1);
  CHECK_EQUAL(grid.due(), 1200);
  CHECK_EQUAL(grid.advance(2250), 10);
  CHECK_EQUAL(grid.due(), 2300);
  CHECK_EQUAL(grid.advance(2380), 1);  // the tick at 2400 would come too soon after
  CHECK_EQUAL(grid.due(), 2500);
}

TEST(a_gap_is_put_down_to_what_accounts_for_half_of_it) {
  const auto cause = [](const GapEvidence& evidence) { return classify(evidence); };
  CHECK(cause({.length = 100}) == Cause::kUnknown);
  CHECK(cause({.length = 100, .throttled = 49}) == Cause::kUnknown);
  CHECK(cause({.length = 100, .throttled = 50}) == Cause::kThrottled);
  CHECK(cause({.length = 100, .throttled = 50, .run_delay = 100}) == Cause::kThrottled);
  CHECK(cause({.length = 100, .throttled = 10, .run_delay = 80, .halts = 1}) == Cause::kStarved);
  CHECK(cause({.length = 100, .halts = 1, .process_cpu = 49}) == Cause::kStopped);
  // It was taken off its CPU for once, but others of the process went on: a lock in the kernel, perhaps.
  CHECK(cause({.length = 100, .halts = 1, .process_cpu = 90}) == Cause::kUnknown);
  CHECK(cause({.length = 100, .process_cpu = 10}) == Cause::kUnknown);  // a virtual machine that was paused
  CHECK(cause({.length = 100, .suspended = kSecond, .halts = 1}) == Cause::kSuspended);
  CHECK(cause({.length = 100, .suspended = 30, .run_delay = 100}) ==
        Cause::kStarved);  // two clocks, read in turn
}

TEST(a_gap_covers_one_period_only) {
  CHECK_EQUAL(covered_part(100, 100), 100);
  CHECK_EQUAL(covered_part(300, 100), 300);
  CHECK_EQUAL(covered_part(301, 100), 100);
  CHECK_EQUAL(covered_part(3, 100), 3);
}

TEST(lateness_quantiles_are_at_most_an_eighth_too_high) {
  Lateness lateness;
  CHECK_EQUAL(lateness.quantile(0.5), 0);
  for (Nanos late = 1; late <= 100'000; late++) lateness.record(late);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const double truth = share * 100'000;
    const double got = static_cast<double>(lateness.quantile(share));
    CHECK(got >= truth - 1);
    CHECK(got <= truth * 1.126);
  }
  CHECK_EQUAL(lateness.max(), 100'000);
  lateness.record(-5);
  lateness.record(4'000'000'000'000'000'000);
  CHECK_EQUAL(lateness.quantile(1), 4'000'000'000'000'000'000);
}

// A sampler whose samples cost what a test says.
struct Costly {
  Budget budget;
  Nanos wanted = kMillisecond, period = kMillisecond, now = kSecond, used = 0;

  template <typename Cost>
  Nanos run(Nanos time, Cost cost) {
    for (const Nanos end = now + time; now < end; now += period) {
      used += cost();
      period = budget.period(wanted, period, now, used);
    }
    return period;
  }
};

TEST(a_period_that_costs_too_much_is_lengthened_and_shortened_again) {
  Costly sampler;
  sampler.budget.limit(0.01);
  const auto cheap = [] { return 5 * kMicrosecond; };
  const auto dear = [] { return 30 * kMicrosecond; };
  CHECK_EQUAL(sampler.run(kSecond, cheap), kMillisecond);
  CHECK_NEAR(static_cast<double>(sampler.run(kSecond, dear)), 3e6, 1e5);
  CHECK_EQUAL(sampler.run(kSecond, cheap), kMillisecond);
}

TEST(a_budget_does_not_flutter) {
  Costly sampler;
  sampler.budget.limit(0.01);
  int i = 0;
  const auto noisy = [&] { return (i++ % 3 == 0 ? 32 : 29) * kMicrosecond; };
  Nanos period = sampler.run(kSecond, noisy);
  for (int second = 0; second < 20; second++) {
    const Nanos next = sampler.run(kSecond, noisy);
    CHECK_NEAR(static_cast<double>(next), static_cast<double>(period), 0.05 * static_cast<double>(period));
    period = next;
  }
}

// Spans that come and go leave the sampler awake for a few samples at a time.
TEST(a_budget_is_kept_across_interruptions) {
  Costly sampler;
  sampler.budget.limit(0.01);
  for (int burst = 0; burst < 100; burst++) {
    sampler.run(5 * kMillisecond, [] { return 30 * kMicrosecond; });
    sampler.budget.interrupt();
    sampler.now += kSecond;
  }
  CHECK_NEAR(static_cast<double>(sampler.period), 3e6, 3e5);
}

TEST(a_share_next_to_nothing_ends_at_the_longest_period) {
  Costly sampler;
  sampler.budget.limit(1e-300);
  CHECK_EQUAL(sampler.run(kSecond, [] { return kMicrosecond; }), 60 * kSecond);
}

TEST(no_budget_is_no_limit) {
  Costly sampler;
  CHECK_EQUAL(sampler.run(kSecond, [] { return kMillisecond; }), kMillisecond);
}

TEST(watchers_that_came_and_went_leave_a_trace) {
  Watchers watchers;
  CHECK(watchers.add());
  CHECK(!watchers.add());
  watchers.remove();
  CHECK_EQUAL(watchers.look().open, 1u);
  watchers.remove();
  CHECK_EQUAL(watchers.look().open, 0u);
  CHECK_EQUAL(watchers.look().started, 2u);
  CHECK(watchers.add());
}

}  // namespace
}  // namespace spanmeter
