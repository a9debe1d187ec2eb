#include "../core/history/coverage.h"
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
  CHECK_EQUAL(grid.advance(1199), 0);  // late, not missed
  CHECK_EQUAL(grid.due(), 1200);
}

TEST(missed_ticks_are_skipped_and_counted) {
  TickGrid grid(1000, 100);
  CHECK_EQUAL(grid.advance(1100), 1);
  CHECK_EQUAL(grid.due(), 1200);
  CHECK_EQUAL(grid.advance(2250), 10);
  CHECK_EQUAL(grid.due(), 2300);
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
