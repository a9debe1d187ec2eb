#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "../core/history/rows.h"
#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "eventually.h"
#include "sampler_thread.h"

namespace spanmeter {
namespace {

Demand demand(Nanos period, Nanos length = kSecond) {
  return {{period, length}, kAllSources};
}

TEST(a_parked_sampler_is_not_woken_once) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), false);
  CHECK_EQUAL(monitor.start(), 0);
  const auto state = [&] { return monitor.health().state; };
  CHECK(eventually([&] { return state() == Sampler::State::kParked && sampler_sleeps(); }));
  const int64_t before = sampler_switches();
  sleep_for(500 * kMillisecond);
  CHECK(before > 0);
  CHECK_EQUAL(sampler_switches(), before);
  monitor.mark();
  CHECK(eventually([&] { return state() == Sampler::State::kSampling; }));
  CHECK(eventually([&] { return sampler_switches() > before + 10; }));
  CHECK(state() == Sampler::State::kSampling);
  monitor.release();
  CHECK(eventually([&] { return state() == Sampler::State::kParked; }));
}

// How much of a window with another thread's burn was covered, beside the part in which the sampler had no
// CPU.
double covered_while_another_thread_burns(Monitor& monitor) {
  const Nanos own_before = own_cpu(), delay_before = sampler_run_delay();
  const Edge start = monitor.mark();
  Nanos truth = 0;
  std::thread burner([&] { burn(300 * kMillisecond), truth = own_cpu(); });
  burner.join();
  const Edge end = monitor.edge();
  truth += own_cpu() - own_before;
  const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
  // What the other thread used to end is on top.
  CHECK_NEAR(stats.cpuTimeMs, to_ms(truth), 3);
  CHECK(stats.overheadMs > 0);
  // While it had no CPU the sampler could not watch; a wait is reported once it is over, by a further sample.
  const int64_t samples = monitor.health().samples;
  CHECK(eventually([&] { return monitor.health().samples > samples; }));
  const double starved = to_ms(sampler_run_delay() - delay_before) / stats.durationMs;
  CHECK(stats.coverage <= 1);
  return stats.coverage + starved;
}

TEST(another_thread_s_burn_is_seen_to_the_percent) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), false);
  CHECK_EQUAL(monitor.start(), 0);
  CHECK(eventually([] { return sampler_tid() != 0; }));
  // A virtual CPU that stands still takes its timer along, and nobody says so: not in each round.
  double best = 0;
  for (int round = 0; round < 5 && best <= 0.8; round++) {
    best = std::max(best, covered_while_another_thread_burns(monitor));
  }
  CHECK(best > 0.8);
}

TEST(the_fastest_demand_wins_and_history_survives_the_change) {
  AskingThread thread;
  Monitor slow(thread, demand(10 * kMillisecond), true);
  CHECK_EQUAL(slow.start(), 0);
  const Nanos begin = monotonic_now();
  const auto samples_of = [](Monitor& monitor, Nanos from) {
    return monitor.window({from, monotonic_now()}).samples;
  };
  CHECK(eventually([&] { return samples_of(slow, begin) >= 5; }));
  const Nanos change = monotonic_now();
  {
    Monitor fast(thread, demand(kMillisecond / 2, 5 * kSecond), true);
    CHECK_EQUAL(fast.start(), 0);
    // More than the slow one could take, once there is a CPU for that long.
    CHECK(eventually([&] { return samples_of(fast, monotonic_now() - 100 * kMillisecond) > 20; }));
    CHECK_EQUAL(slow.health().period, kMillisecond / 2);
    // The new, larger memory holds what the old one did.
    CHECK(slow.window({begin, change}).samples >= 5);
  }
  CHECK(eventually([&] { return slow.health().period == 10 * kMillisecond; }));
}

// While the thread takes over a larger history, the demand for it goes. What was replaced may still be read,
// so it must not come back into force, written anew.
TEST(a_history_that_was_replaced_never_comes_back) {
  AskingThread thread;
  Monitor stays(thread, demand(kMillisecond / 10), true);
  CHECK_EQUAL(stays.start(), 0);
  sleep_for(300 * kMillisecond);
  const Sampler& sampler = Sampler::instance();
  for (int round = 1; round <= 100; round++) {
    const std::shared_ptr<const Plan> before = sampler.plan();
    // Larger than any before, so that it needs memory of its own.
    Monitor goes(thread, demand(kMillisecond / 10, kSecond + round * 100 * kMillisecond), false);
    CHECK_EQUAL(goes.start(), 0);
    // At another moment of it each time.
    for (const Nanos end = monotonic_now() + round % 50 * 5'000; monotonic_now() < end;) {
    }
    goes.stop();
    CHECK(eventually([&] {
      const std::shared_ptr<const Plan> plan = sampler.plan();
      return plan != before && plan->size.length == kSecond;
    }));
    CHECK(sampler.plan()->process != before->process);
  }
}

TEST(a_period_of_a_minute_does_not_delay_stop_or_a_shorter_period) {
  AskingThread thread;
  Monitor slow(thread, demand(60 * kSecond, 60 * kSecond), true);
  CHECK_EQUAL(slow.start(), 0);
  CHECK(eventually([] { return sampler_sleeps(); }));
  const Nanos begin = monotonic_now();
  Monitor fast(thread, demand(kMillisecond), true);
  CHECK_EQUAL(fast.start(), 0);
  CHECK(eventually([&] { return fast.window({begin, monotonic_now()}).samples > 5; }));
  fast.stop();
  CHECK(eventually([&] { return slow.health().period == 60 * kSecond; }));
  slow.stop();
  CHECK(monotonic_now() - begin < 10 * kSecond);
  CHECK(eventually([] { return sampler_tid() == 0; }));
}

TEST(what_was_sampled_stays_readable_after_stop) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), true);
  CHECK_EQUAL(monitor.start(), 0);
  const Nanos begin = monotonic_now();
  CHECK(eventually([&] { return monitor.window({begin, monotonic_now()}).samples > 10; }));
  const Nanos end = monotonic_now();
  monitor.stop();
  CHECK(monitor.health().state == Sampler::State::kStopped);
  CHECK(monitor.window({begin, end}).samples > 10);
  CHECK_EQUAL(monitor.window({end + kSecond, end + 2 * kSecond}).coverage, 0);
}

TEST(open_marks_end_with_the_monitor) {
  AskingThread thread;
  Monitor keeper(thread, demand(kMillisecond), false);
  CHECK_EQUAL(keeper.start(), 0);
  {
    Monitor monitor(thread, demand(kMillisecond), false);
    CHECK_EQUAL(monitor.start(), 0);
    for (int i = 0; i < 5; i++) monitor.mark();
  }
  CHECK(eventually([&] { return keeper.health().state == Sampler::State::kParked; }));
}

TEST(monitors_of_many_threads_start_mark_and_stop_at_any_time) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; t++) {
    threads.emplace_back([&wrong, t] {
      AskingThread thread;
      for (int i = 0; i < 60; i++) {
        const Nanos period = (1 + (t + i) % 5) * kMillisecond / 4;
        Monitor monitor(thread, demand(period, (1 + i % 3) * 100 * kMillisecond), i % 7 == 0);
        if (monitor.start() != 0) wrong++;
        const Edge start = monitor.mark();
        const Nanos used = burn(kMillisecond / 4);
        const Edge end = monitor.edge();
        const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
        if (stats.threadTimeMs * 1e6 < static_cast<double>(used)) wrong++;
        if (!(stats.cpuTimeMs >= 0) || !(stats.coverage >= 0 && stats.coverage <= 1)) wrong++;
        if (i % 3 != 0) monitor.release();
        if (i % 5 == 0) sleep_for(30 * kMillisecond);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQUAL(wrong.load(), 0);
  CHECK(eventually([] { return sampler_tid() == 0; }));
}

}  // namespace
}  // namespace spanmeter
