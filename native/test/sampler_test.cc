#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "../core/history/rows.h"
#include "../core/monitor.h"
#include "burner.h"
#include "check.h"

namespace spanmeter {
namespace {

Demand demand(Nanos period, Nanos span = kSecond) {
  return {{period, span}, kAllSources};
}

// Context switches of the thread named "spanmeter", as the kernel counts them; -1 when there is none.
int64_t sampler_switches() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    const std::string folder = entry.path();
    std::string name;
    if (!(std::ifstream(folder + "/comm") >> name) || name != "spanmeter") continue;
    std::ifstream status(folder + "/status");
    std::string key;
    int64_t sum = 0;
    while (status >> key) {
      int64_t value = 0;
      if (key.find("ctxt_switches:") != std::string::npos && status >> value) sum += value;
    }
    return sum;
  }
  return -1;
}

TEST(a_parked_sampler_is_not_woken_once) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), false);
  CHECK_EQUAL(monitor.start(), 0);
  sleep_for(200 * kMillisecond);
  CHECK(monitor.health().state == Sampler::State::kParked);
  const int64_t before = sampler_switches();
  sleep_for(500 * kMillisecond);
  CHECK(before > 0);
  CHECK_EQUAL(sampler_switches(), before);
  monitor.mark();
  sleep_for(50 * kMillisecond);
  CHECK(monitor.health().state == Sampler::State::kSampling);
  CHECK(sampler_switches() > before + 10);
  monitor.release();
  sleep_for(200 * kMillisecond);
  CHECK(monitor.health().state == Sampler::State::kParked);
}

TEST(another_thread_s_burn_is_seen_to_the_percent) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), false);
  CHECK_EQUAL(monitor.start(), 0);
  const Edge start = monitor.mark();
  Nanos truth = 0;
  std::thread burner([&] { truth = burn(300 * kMillisecond); });
  burner.join();
  const Edge end = monitor.edge();
  const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
  // Creating and joining the thread costs this one and that one a little on top.
  CHECK_NEAR(stats.cpuTimeMs, static_cast<double>(truth) / 1e6, 3);
  CHECK(stats.overheadMs > 0);
  CHECK_NEAR(stats.coverage, 1, 0.2);
}

TEST(the_fastest_demand_wins_and_history_survives_the_change) {
  AskingThread thread;
  Monitor slow(thread, demand(10 * kMillisecond), true);
  CHECK_EQUAL(slow.start(), 0);
  const Nanos begin = monotonic_now();
  sleep_for(200 * kMillisecond);
  {
    Monitor fast(thread, demand(kMillisecond / 2, 5 * kSecond), true);
    CHECK_EQUAL(fast.start(), 0);
    sleep_for(200 * kMillisecond);
    CHECK_EQUAL(slow.health().period, kMillisecond / 2);
    // The new, larger memory holds what the old one did.
    CHECK(slow.window({begin, begin + 150 * kMillisecond}).samples >= 5);
    CHECK(fast.window({begin + 300 * kMillisecond, begin + 400 * kMillisecond}).samples > 20);
  }
  sleep_for(50 * kMillisecond);
  CHECK_EQUAL(slow.health().period, 10 * kMillisecond);
}

TEST(a_period_of_a_minute_does_not_delay_stop_or_a_shorter_period) {
  AskingThread thread;
  Monitor slow(thread, demand(60 * kSecond, 60 * kSecond), true);
  CHECK_EQUAL(slow.start(), 0);
  sleep_for(20 * kMillisecond);
  const Nanos begin = monotonic_now();
  Monitor fast(thread, demand(kMillisecond), true);
  CHECK_EQUAL(fast.start(), 0);
  sleep_for(100 * kMillisecond);
  CHECK(fast.window({begin, monotonic_now()}).samples > 5);
  fast.stop();
  slow.stop();
  CHECK(monotonic_now() - begin < 10 * kSecond);
  CHECK_EQUAL(sampler_switches(), -1);
}

TEST(what_was_sampled_stays_readable_after_stop) {
  AskingThread thread;
  Monitor monitor(thread, demand(kMillisecond), true);
  CHECK_EQUAL(monitor.start(), 0);
  const Nanos begin = monotonic_now();
  sleep_for(100 * kMillisecond);
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
  sleep_for(200 * kMillisecond);
  CHECK(keeper.health().state == Sampler::State::kParked);
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
  CHECK_EQUAL(sampler_switches(), -1);
}

}  // namespace
}  // namespace spanmeter
