// Threads that the sampler may never get to see: what they used is in the total all the same.

#include <thread>
#include <vector>

#include "../core/monitor.h"
#include "burner.h"
#include "check.h"

namespace spanmeter {
namespace {

// CPU of a window, and of the threads that burned in it by their own clocks.
struct Burned {
  double window_ms = 0;
  double truth_ms = 0;
  size_t threads = 0;
  double samples = 0;
};

// `count` threads, `together` at a time, each of which burns and ends.
Burned burn_in_threads(Nanos period, size_t count, size_t together, Nanos each) {
  std::thread([] {}).join();  // a sanitizer starts a thread of its own along with the first one
  AskingThread asking;
  Monitor monitor(asking, {{period, 10 * kSecond}, kAllSources, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  sleep_for(20 * kMillisecond);
  std::vector<Nanos> used(count);
  const Nanos own_before = own_cpu();
  const Edge start = monitor.mark();
  for (size_t done = 0; done < count; done += together) {
    std::vector<std::thread> threads;
    for (size_t i = done; i < std::min(count, done + together); i++) {
      threads.emplace_back([&, i] { burn(each), used[i] = own_cpu(); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const Edge end = monitor.edge();
  Nanos truth = own_cpu() - own_before;
  for (const Nanos cpu : used) truth += cpu;
  const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
  CHECK(stats.coverage <= 1 && stats.cpuMin >= 0);
  return {stats.cpuTimeMs, static_cast<double>(truth) / 1e6, count, stats.samples};
}

// Nothing is missing; what a thread uses after its last look at the clock, to end, comes on top.
void check(const Burned& burned) {
  CHECK(burned.window_ms > burned.truth_ms - 0.2);
  const double ends = 0.1 * static_cast<double>(burned.threads);
  CHECK_NEAR(burned.window_ms, burned.truth_ms + ends / 2, ends / 2 + 0.01 * burned.truth_ms + 0.2);
}

TEST(four_threads_that_burn_at_once_are_counted_in_full) {
  check(burn_in_threads(kMillisecond, 4, 4, 60 * kMillisecond));
}

TEST(threads_that_are_born_and_gone_between_two_ticks_are_counted_in_full) {
  const Burned burned = burn_in_threads(kSecond, 60, 1, 2 * kMillisecond);
  CHECK(burned.samples < 10);
  check(burned);
}

TEST(threads_by_the_hundred_are_counted_in_full) {
  check(burn_in_threads(kMillisecond / 5, 400, 3, kMillisecond / 2));
}

}  // namespace
}  // namespace spanmeter
