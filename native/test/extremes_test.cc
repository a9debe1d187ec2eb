// No rate that the cores cannot give, and none that is merely low.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "started.h"

namespace spanmeter {
namespace {

// The windows of the whole trial, over all its loads: EXTREMES_WINDOWS for more.
int wanted_windows() {
  const char* asked = std::getenv("EXTREMES_WINDOWS");
  return asked != nullptr ? std::atoi(asked) : 1600;
}

// Threads that burn until the end, as those of a pool do: most of the time, with pauses.
class Pool {
 public:
  explicit Pool(size_t count) {
    for (size_t i = 0; i < count; i++) threads_.emplace_back([this, i] { run(i); });
  }
  ~Pool() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void run(size_t seed) {
    std::mt19937_64 random(seed);
    while (!stop_) {
      burn(static_cast<Nanos>(random() % (3 * kMillisecond)));
      sleep_for(static_cast<Nanos>(random() % (kMillisecond / 5)));
    }
  }

  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

struct Highest {
  double max = 0, sample = 0;
  int windows = 0;

  void add(const WindowStats& stats, const Columns& columns) {
    if (std::isnan(stats.cpuAvg)) return;  // nothing is known of it
    windows++;
    for (const double percent : {stats.cpuMax, stats.cpuP99, stats.cpuP50, stats.cpuAvg}) {
      CHECK(percent >= 0);
      max = std::max(max, percent);
    }
    CHECK(stats.cpuMin <= stats.cpuAvg && stats.cpuAvg <= stats.cpuMax);
    for (const double percent : columns.cpu.max) sample = std::max(sample, percent);
  }
};

// Windows of 5 to 500 ms, one after the other and within each other, with exact edges and without.
Highest windows_under_load(size_t burners, Nanos period, bool busy, int count) {
  Pool pool(burners);
  AskingThread asking;
  Monitor monitor(asking, {{period, 2 * kSecond}, kAllSources, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  sleep_for(100 * kMillisecond);
  Highest highest;
  std::mt19937_64 random(burners);
  const auto length = [&](Nanos most) {
    return 5 * kMillisecond + static_cast<Nanos>(random() % static_cast<uint64_t>(most - 5 * kMillisecond));
  };
  const auto add = [&](const WindowQuery& query) {
    highest.add(monitor.window(query), monitor.columns(query, 1000));
  };
  while (highest.windows < count) {
    const Edge start = monitor.mark();
    const Nanos until = start.time + length(60 * kMillisecond);
    while (monotonic_now() < until) {
      if (!busy) sleep_for(kMillisecond);
    }
    const Edge end = monitor.edge();
    monitor.release();
    add({start.time, end.time, &start, &end});
    for (int i = 0; i < 4; i++) {
      const Nanos to = end.time - static_cast<Nanos>(random() % (10 * kMillisecond));
      add({to - length(500 * kMillisecond), to});
    }
    add({end.time - length(500 * kMillisecond), end.time + kMillisecond});
  }
  return highest;
}

TEST(no_rate_is_above_what_the_cores_can_give) {
  const double cores = 100.0 * std::max(1u, std::thread::hardware_concurrency());
  const int each = std::max(1, wanted_windows() / 32);
  for (const size_t burners : {1, 2, 4, 8}) {
    for (const Nanos period : {kMillisecond / 10, kMillisecond / 5, kMillisecond, 10 * kMillisecond}) {
      for (const bool busy : {false, true}) {
        const Highest highest = windows_under_load(burners, period, busy, each);
        const int before = check::failures;
        CHECK(highest.max <= cores * 1.01);
        CHECK(highest.sample <= cores * 1.01);
        if (check::failures == before) continue;
        std::printf("    %zu burners, every %.1f ms, loop %s: max %.1f, sample %.1f of %.0f %%\n", burners,
                    to_ms(period), busy ? "busy" : "idle", highest.max, highest.sample, cores);
      }
    }
  }
}

// What a burner used, by its own clock, at many moments.
class Log {
 public:
  void add(Nanos time, Nanos cpu) { points_.push_back({time, cpu}); }
  // Up to a moment, in a straight line between the two moments beside it.
  double at(Nanos time) const {
    const auto right =
        std::find_if(points_.begin(), points_.end(), [&](const Point& p) { return p.time >= time; });
    if (right == points_.begin()) return static_cast<double>(right->cpu);
    const auto left = right - 1;
    if (right == points_.end()) return static_cast<double>(left->cpu);
    const double share =
        static_cast<double>(time - left->time) / static_cast<double>(right->time - left->time);
    return static_cast<double>(left->cpu) + share * static_cast<double>(right->cpu - left->cpu);
  }

 private:
  struct Point {
    Nanos time, cpu;
  };
  std::vector<Point> points_;
};

// How far the highest rate is from what the burner says of the same time, in points. It burns for `on` of
// each `cycle`, by the wall clock: whatever keeps it from its CPU is in its log.
double error_of_max(Nanos period, Nanos on, Nanos cycle) {
  AskingThread asking;
  Monitor monitor(asking, {{period, 2 * kSecond}, kAllSources, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  wait_for_start(monitor);
  Log log;
  Nanos begin = 0, end = 0;
  std::thread([&] {
    const Nanos first = monotonic_now();
    begin = first + cycle;
    end = first + 20 * cycle;
    for (Nanos now = first; now < end + 2 * period; now = monotonic_now()) {
      log.add(now, own_cpu());
      if ((now - first) % cycle >= on) sleep_for(cycle - (now - first) % cycle);
    }
    log.add(monotonic_now(), own_cpu());
  }).join();
  const WindowQuery query{begin, end};
  const double max = monitor.window(query).cpuMax;
  const Columns columns = monitor.columns(query, 100'000);
  double truth = 0;
  for (size_t i = 1; i < columns.time.size(); i++) {
    const Nanos left = columns.time[i - 1], right = columns.time[i];
    truth = std::max(truth, 100 * (log.at(right) - log.at(left)) / static_cast<double>(right - left));
  }
  // More than all of a core is a clock that caught up.
  return max - std::min(truth, 100.0);
}

// The machine may disturb a round, by work of its own that counts for the process, or by a clock that stands
// still: the best of some.
TEST(the_highest_rate_is_that_of_the_burner) {
  struct Duty {
    Nanos period, on, cycle;
  };
  for (const Duty& duty : {Duty{kMillisecond, 10 * kMillisecond, 20 * kMillisecond},
                           Duty{kMillisecond / 5, 3 * kMillisecond, 10 * kMillisecond},
                           Duty{10 * kMillisecond, 4 * kMillisecond, 10 * kMillisecond}}) {
    double best = 1000;
    for (int round = 0; round < 15 && std::fabs(best) > 3; round++) {
      const double error = error_of_max(duty.period, duty.on, duty.cycle);
      if (std::fabs(error) < std::fabs(best)) best = error;
    }
    const int before = check::failures;
    CHECK_NEAR(best, 0, 3);
    if (check::failures > before) std::printf("    every %.1f ms\n", to_ms(duty.period));
  }
}

}  // namespace
}  // namespace spanmeter
