// Which readings become samples, on scripted readings.

#include "../core/sampler/admission.h"

#include "check.h"

namespace spanmeter {
namespace {

using Verdict = Admission::Verdict;

// Readings of four clocks, a microsecond each, of a process that uses one core.
struct Script {
  Admission admission{2};
  Nanos time = kSecond, used = 0;
  int moved = 1;
  Nanos idle = 0;  // of each reading: for the clocks of threads that had not run lately

  Verdict next(Nanos interval, Nanos lag = 4 * kMicrosecond, double rate = 1) {
    time += interval;
    used += static_cast<Nanos>(rate * static_cast<double>(interval));
    const ProcessReading reading{
        .time = time, .process = used, .late_lag = lag, .lag = lag + idle, .clocks = 4, .moved = moved};
    return admission.judge(reading, used, interval);
  }
};

TEST(readings_far_enough_apart_are_samples) {
  Script script;
  for (int i = 0; i < 10; i++) CHECK(script.next(kMillisecond) == Verdict::kSample);
}

TEST(readings_too_close_for_their_uncertainty_are_part_of_the_next_sample) {
  Script script;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  // One thread may have run anywhere in 2 us at either end: a fiftieth of 200 us.
  CHECK(script.next(100 * kMicrosecond) == Verdict::kTooSoon);
  CHECK(script.next(100 * kMicrosecond) == Verdict::kSample);
  script.moved = 2;
  CHECK(script.next(100 * kMicrosecond) == Verdict::kTooSoon);
  script.moved = 0;  // since then; two threads moved since the sample
  CHECK(script.next(100 * kMicrosecond) == Verdict::kTooSoon);
  CHECK(script.next(200 * kMicrosecond) == Verdict::kSample);
  // Where nothing runs nothing is uncertain.
  CHECK(script.next(10 * kMicrosecond, 4 * kMicrosecond, 0) == Verdict::kSample);
}

TEST(a_reading_that_was_cut_in_two_is_no_sample_however_long_the_interval) {
  Script script;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  CHECK(script.next(kMillisecond, kMillisecond) == Verdict::kCut);
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  // Also where no thread moved: one may in the next interval.
  script.moved = 0;
  CHECK(script.next(kMillisecond, kMillisecond, 0) == Verdict::kCut);
  script.moved = 1;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  // Where the period is so long that it does not matter, it counts.
  CHECK(script.next(kSecond, kMillisecond) == Verdict::kSample);
}

TEST(a_reading_that_was_cut_among_idle_threads_is_no_sample_though_none_of_them_ran) {
  Script script;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  // One of them may run in the next interval, and have begun before this one was over.
  script.idle = 20 * kMillisecond;
  CHECK(script.next(kMillisecond) == Verdict::kCut);
  script.idle = 0;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
}

TEST(what_is_slow_all_the_time_is_not_cut) {
  Script script;
  script.next(kMillisecond);
  int cut = 0;
  for (int i = 0; i < 1000; i++) cut += script.next(kMillisecond, 80 * kMicrosecond) == Verdict::kCut;
  CHECK(cut > 0 && cut < 300);
  CHECK(script.next(4 * kMillisecond, 80 * kMicrosecond) == Verdict::kSample);
}

TEST(a_rate_that_the_cores_cannot_give_shows_that_the_clock_was_off) {
  Script script;
  CHECK(script.next(kMillisecond) == Verdict::kSample);
  CHECK(script.next(kMillisecond, 4 * kMicrosecond, 2.1) == Verdict::kTooSoon);
  // 0.1 ms too much are a hundredth of what two cores give in 5 ms.
  CHECK(script.next(3 * kMillisecond, 4 * kMicrosecond, 2) == Verdict::kTooSoon);
  CHECK(script.next(2 * kMillisecond, 4 * kMicrosecond, 2) == Verdict::kSample);
}

// Where the threads cannot be listed: as long as a tick of the scheduler, however quick the reading was.
TEST(what_is_not_booked_yet_is_part_of_the_doubt) {
  for (const bool early : {false, true}) {
    const ProcessReading reading{.late_lag = 10 * kMillisecond,
                                 .lag = 20 * kMicrosecond,
                                 .clocks = 1,
                                 .moved = 1,
                                 .early_moved = early};
    CHECK(uncertainty(reading, reading, 2) >= 10 * kMillisecond);
  }
}

}  // namespace
}  // namespace spanmeter
