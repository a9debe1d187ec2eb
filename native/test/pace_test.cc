// What the sampler thread does next, on scripted clocks.

#include "../core/sampler/pace.h"

#include "check.h"

namespace spanmeter {
namespace {

using Step = Pace::Step;
constexpr Watchers::Seen kNobody{0, 0};
constexpr Watchers::Seen kSomebody{1, 1};

struct Script {
  Nanos now = kSecond;
  Pace pace{kMillisecond, 0, now, kNobody};
  Nanos used = 0;

  // Takes the tick that is due, `late` after it, for so much CPU.
  void tick(Nanos cost, Nanos late = 0) {
    now = pace.due() + late;
    pace.begin_tick(now);
    pace.end_tick(now, used += cost);
  }
};

TEST(a_sampler_rests_between_its_ticks) {
  Script script;
  CHECK(script.pace.next(script.now, kSomebody) == Step::kTick);
  script.tick(0);
  CHECK(script.pace.next(script.now, kSomebody) == Step::kRest);
  CHECK_EQUAL(script.pace.due(), script.now + kMillisecond);
  CHECK(script.pace.next(script.pace.due(), kSomebody) == Step::kTick);
}

TEST(a_sampler_parks_a_while_after_the_last_watcher_has_gone) {
  Script script;
  const Nanos begin = script.now;
  CHECK(script.pace.next(begin + Pace::kLinger, kSomebody) != Step::kPark);
  // Somebody came and went between two steps: that is watching, too.
  CHECK(script.pace.next(begin + 2 * Pace::kLinger, {0, 2}) != Step::kPark);
  CHECK(script.pace.next(begin + 3 * Pace::kLinger, {0, 2}) != Step::kPark);
  CHECK(script.pace.next(begin + 3 * Pace::kLinger + 1, {0, 2}) == Step::kPark);
  script.pace.unparked(begin + kSecond);
  CHECK(script.pace.next(begin + kSecond, {0, 2}) == Step::kTick);
}

TEST(the_time_between_samples_does_not_count_while_parked) {
  Script script;
  CHECK(!script.pace.sampled(script.now));
  CHECK_EQUAL(script.pace.sampled(script.now + kMillisecond).value_or(-1), kMillisecond);
  script.pace.unparked(script.now + kSecond);
  CHECK(!script.pace.sampled(script.now + kSecond));
}

TEST(missed_ticks_are_counted_once_and_the_grid_stays) {
  Script script;
  const Nanos first = script.pace.due();
  CHECK_EQUAL(script.pace.begin_tick(first + 5 * kMillisecond + kMillisecond / 2), 5);
  CHECK_EQUAL(script.pace.due(), first + 6 * kMillisecond);
}

// Spans that are over before the next tick: each time one sample, and then a pause.
TEST(a_period_that_samples_were_too_dear_for_shortens_across_pauses) {
  Script script;
  script.pace.adopt(kMillisecond, 0.001, script.now);
  for (int i = 0; i < 500; i++) script.tick(60 * kMicrosecond);
  CHECK_NEAR(to_ms(script.pace.period()), 60, 7);
  for (int i = 0; i < 50; i++) {
    script.now += kSecond;
    script.pace.unparked(script.now);
    script.tick(20 * kMicrosecond);
  }
  CHECK_NEAR(to_ms(script.pace.period()), 20, 3);
}

TEST(what_the_budget_found_outlives_who_wants_no_other_period) {
  Script script;
  script.pace.adopt(kMillisecond, 0.01, script.now);
  for (int i = 0; i < 500; i++) script.tick(50 * kMicrosecond);
  // 50 us are a hundredth of 5 ms.
  CHECK_NEAR(to_ms(script.pace.period()), 5, 0.6);
  const Nanos found = script.pace.period();
  script.pace.adopt(kMillisecond, 0.01, script.now);
  CHECK_EQUAL(script.pace.period(), found);
  script.pace.adopt(2 * kMillisecond, 0.01, script.now);
  CHECK_EQUAL(script.pace.period(), 2 * kMillisecond);
  script.pace.adopt(2 * kMillisecond, 0, script.now);  // without a limit
  CHECK_EQUAL(script.pace.period(), 2 * kMillisecond);
}

}  // namespace
}  // namespace spanmeter
