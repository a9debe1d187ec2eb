#include "../core/window/window.h"

#include <random>

#include "../core/history/precision.h"
#include "check.h"
#include "recorded.h"

namespace spanmeter {
namespace {

Edge edge_at(double ms, double cpu_ms) {
  Edge edge;
  edge.time = static_cast<Nanos>(ms * 1e6);
  edge.cpu = static_cast<Nanos>(cpu_ms * 1e6);
  edge.sampler = 0;
  return edge;
}

TEST(a_window_on_samples_is_exact) {
  Recorded recorded = steps();
  const WindowStats stats = recorded.stats(10, 30);
  CHECK_NEAR(stats.durationMs, 20, 1e-9);
  CHECK_NEAR(stats.cpuTimeMs, 15, 1e-9);
  CHECK_NEAR(stats.cpuAvg, 75, 1e-9);
  CHECK_NEAR(stats.cpuMin, 50, 1e-9);
  CHECK_NEAR(stats.cpuMax, 100, 1e-9);
  CHECK_NEAR(stats.cpuP50, 50, 1e-9);
  CHECK_NEAR(stats.cpuP95, 100, 1e-9);
  CHECK_NEAR(stats.threadTimeMs, 7.5, 1e-9);
  CHECK_NEAR(stats.threadMax, 50, 1e-9);
  CHECK_EQUAL(stats.samples, 21);
  CHECK_NEAR(stats.coverage, 1, 1e-9);
  CHECK_NEAR(stats.maxGapMs, 1, 1e-9);
  CHECK_NEAR(stats.memoryStart, 1000 << 21, 1e-9);
  CHECK_NEAR(stats.memoryEnd, 1020 << 21, 1e-9);
  CHECK_NEAR(stats.memoryAvg, 1010 << 21, 1e-3);
}

TEST(edges_between_samples_are_interpolated) {
  Recorded recorded = steps();
  const WindowStats stats = recorded.stats(12.25, 12.75);
  CHECK_NEAR(stats.cpuTimeMs, 0.25, 1e-9);
  CHECK_NEAR(stats.cpuAvg, 50, 1e-9);
  CHECK_NEAR(stats.cpuMax, 50, 1e-9);
  CHECK_EQUAL(stats.samples, 0);
  CHECK_NEAR(stats.coverage, 1, 1e-9);
}

TEST(adjacent_windows_add_up) {
  Recorded recorded;
  std::mt19937 random(7);
  Nanos time = kPeriod;
  Nanos cpu = 0;
  for (int i = 0; i < 500; i++) {
    recorded.tick(time, cpu);
    const Nanos step = static_cast<Nanos>(random() % (2 * kPeriod)) + 1;
    time += step;
    cpu += static_cast<Nanos>(random() % static_cast<uint64_t>(2 * step));
  }
  std::uniform_real_distribution<double> somewhere(2, static_cast<double>(time) / 1e6 - 2);
  for (int i = 0; i < 2000; i++) {
    double a = somewhere(random), b = somewhere(random), c = somewhere(random);
    if (a > b) std::swap(a, b);
    if (b > c) std::swap(b, c);
    if (a > b) std::swap(a, b);
    const double whole = recorded.stats(a, c).cpuTimeMs;
    CHECK_NEAR(recorded.stats(a, b).cpuTimeMs + recorded.stats(b, c).cpuTimeMs, whole, 1e-5);
  }
}

TEST(percentiles_are_weighted_by_time) {
  Recorded recorded;
  recorded.tick(1 * kPeriod, 0);
  recorded.tick(10 * kPeriod, 0);        // nine periods idle, in one piece
  recorded.tick(11 * kPeriod, kPeriod);  // one period busy
  CHECK_NEAR(recorded.stats(1, 11).cpuP50, 0, 1e-9);
  CHECK_NEAR(recorded.stats(1, 11).cpuP95, 100, 1e-9);
}

TEST(a_gap_is_not_covered) {
  Recorded recorded;
  for (int i = 1; i <= 10; i++) recorded.tick(i * kPeriod, 0);
  for (int i = 60; i <= 70; i++) recorded.tick(i * kPeriod, 50 * kPeriod);
  const WindowStats across = recorded.stats(5, 65);
  CHECK_NEAR(across.cpuTimeMs, 50, 1e-9);  // counters are cumulative: nothing is lost
  CHECK_NEAR(across.coverage, 11.0 / 60, 1e-9);
  CHECK_NEAR(across.maxGapMs, 50, 1e-9);
  CHECK_NEAR(recorded.stats(20, 22).coverage, 0, 1e-9);
  CHECK_NEAR(recorded.stats(58.5, 59.5).coverage, 0.5,
             1e-9);  // the sample at 60 vouches for the period before it
}

TEST(what_lies_outside_the_history_is_left_out) {
  Recorded recorded = steps();
  for (const auto& [from, to] : {std::pair{0.0, 5.0}, {100.0, 200.0}}) {
    const WindowStats stats = recorded.stats(from, to);
    CHECK_EQUAL(stats.samples, 0);
    CHECK_EQUAL(stats.coverage, 0);
    CHECK(std::isnan(stats.cpuTimeMs));
    CHECK_NEAR(stats.maxGapMs, to - from, 1e-9);
  }
  const WindowStats early = recorded.stats(0, 20);
  CHECK_NEAR(early.cpuAvg, 50, 1e-9);  // of the known half
  CHECK_NEAR(early.coverage, 0.5, 1e-9);
  CHECK_NEAR(recorded.stats(20, 100).coverage, 10.0 / 80, 1e-9);
}

TEST(exact_edges_count_without_any_sample) {
  Recorded recorded = steps();
  const Edge start = edge_at(30.2, 15.1), end = edge_at(30.5, 15.4);
  const WindowStats stats = recorded.stats({start.time, end.time, &start, &end});
  CHECK_NEAR(stats.cpuTimeMs, 0.3, 1e-9);
  CHECK_NEAR(stats.cpuMax, 100, 1e-6);
  CHECK_EQUAL(stats.samples, 0);
  CHECK_NEAR(stats.coverage, 1, 1e-9);
}

TEST(an_edge_just_beside_a_sample_makes_no_extreme) {
  Recorded recorded = steps();
  // 10 ns before the sample at 20 ms, with 1 us of CPU more: alone that would read as 10 000 %.
  const Edge start = edge_at(11, 0.5), end = edge_at(20.00001, 5.001);
  const WindowStats stats = recorded.stats({start.time, end.time, &start, &end});
  CHECK_NEAR(stats.cpuMax, 50.1, 0.01);
  CHECK_NEAR(stats.cpuTimeMs, 4.501, 1e-9);
}

TEST(a_start_edge_that_missed_a_thread_bends_the_total_but_no_extreme) {
  Recorded recorded = steps();
  const Edge start = edge_at(12.5, 0.35), end = edge_at(20, 5);  // true: 1.25 ms
  const WindowStats stats = recorded.stats({start.time, end.time, &start, &end});
  CHECK_NEAR(stats.cpuTimeMs, 4.65, 1e-9);
  CHECK_NEAR(stats.cpuMax, 100 * 4.65 / 7.5, 1e-6);  // the average, which no maximum may be below
  CHECK_NEAR(stats.cpuP99, 50, 1e-6);
}

TEST(no_thread_runs_for_longer_than_the_window) {
  Recorded recorded = steps();
  Edge start = edge_at(31, 15.5), end = edge_at(36, 20.6);
  start.thread = 8 * kMillisecond;
  end.thread = 13 * kMillisecond + 67 * kMicrosecond;  // its clock had stood still before
  const WindowStats stats = recorded.stats({start.time, end.time, &start, &end});
  CHECK_NEAR(stats.threadTimeMs, 5.067, 1e-9);
  CHECK_NEAR(stats.threadAvg, 100, 1e-9);
  CHECK_NEAR(stats.threadMax, 100, 1e-9);
}

TEST(a_window_up_to_now_ends_with_a_fresh_reading) {
  Recorded recorded = steps();
  const Edge now = edge_at(30.8, 15.8);
  const WindowStats stats =
      recorded.stats({30 * kPeriod, 30 * kPeriod + kPeriod / 2, nullptr, nullptr, &now});
  CHECK_NEAR(stats.cpuTimeMs, 0.5, 1e-9);
  CHECK_NEAR(stats.coverage, 1, 1e-9);
  const WindowStats future = recorded.stats({30 * kPeriod, 40 * kPeriod, nullptr, nullptr, &now});
  CHECK_NEAR(future.cpuTimeMs, 0.8, 1e-9);
  CHECK_NEAR(future.coverage, 0.08, 1e-9);
}

// The shortcut for short spans, which does not read the history, gives what the history would have given.
TEST(a_window_in_which_nothing_was_sampled_equals_its_edges) {
  Recorded recorded = steps();
  std::mt19937_64 random(7);
  const auto up_to = [&](int64_t limit) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
  };
  for (int i = 0; i < 1000; i++) {
    Edge start = edge_at(30.01, 20), end;
    start.time += up_to(50 * kPeriod);
    start.resident = up_to(int64_t{1} << 32);
    start.runDelay = up_to(kSecond);
    start.sampler = up_to(kSecond);
    end = start;
    end.time += up_to(10 * kPeriod);
    end.cpu += up_to(20 * kPeriod);
    end.resident = up_to(int64_t{1} << 32);
    end.runDelay += up_to(kPeriod);
    end.sampler += up_to(kPeriod);
    const WindowQuery query{start.time, end.time, &start, &end};
    Window window;
    const auto stats = [&](const Wanted& wanted) {
      return window.stats(query, *recorded.process, recorded.thread.get(), wanted, kPeriod);
    };
    const WindowStats fast = stats(essentials(kAllSources)), whole = stats(Wanted{});
    constexpr double WindowStats::*kEssentials[] = {
        &WindowStats::durationMs,   &WindowStats::samples,     &WindowStats::coverage,
        &WindowStats::maxGapMs,     &WindowStats::overheadMs,  &WindowStats::cpuTimeMs,
        &WindowStats::cpuAvg,       &WindowStats::cpuMin,      &WindowStats::cpuMax,
        &WindowStats::threadWaitMs, &WindowStats::memoryAvg,   &WindowStats::memoryMin,
        &WindowStats::memoryMax,    &WindowStats::memoryStart, &WindowStats::memoryEnd,
    };
    for (const auto value : kEssentials) CHECK_NEAR(fast.*value, whole.*value, 1e-6 + whole.*value * 1e-8);
    if (check::failures > 0) return;
  }
}

TEST(what_one_edge_alone_knows_of_the_sampler_is_no_overhead) {
  const Recorded recorded = steps();
  Edge start = edge_at(10, 0), end = edge_at(30, 15);
  start.sampler = kMillisecond;
  end.sampler = 3 * kMillisecond;
  const WindowQuery query{start.time, end.time, &start, &end};
  Window window;
  const auto overhead = [&] {
    return window.stats(query, *recorded.process, nullptr, Wanted{}, kPeriod).overheadMs;
  };
  CHECK_NEAR(overhead(), 2, 1e-9);
  start.sampler = kMissing;
  CHECK(std::isnan(overhead()));
  start.sampler = kMillisecond;
  end.sampler = kMissing;
  CHECK(std::isnan(overhead()));
}

TEST(no_length_is_too_long_for_what_all_cores_can_give) {
  constexpr Nanos kLong = Nanos{1} << 62;
  CHECK_EQUAL(possible(5, kLong, 4), 5);
  CHECK_EQUAL(possible(5 * kSecond, kSecond, 4), 4 * kSecond);
  CHECK(gives_rate(kLong, kLong, {kLong / 50, 4}));
  CHECK(!gives_rate(kLong, kLong, {kLong / 50 + 1, 4}));
  CHECK(!gives_rate(kSecond, kLong, {0, 4}));
}

TEST(a_window_without_length_is_answered) {
  Recorded recorded = steps();
  const WindowStats stats = recorded.stats(15, 15);
  CHECK_EQUAL(stats.durationMs, 0);
  CHECK(!std::isinf(stats.cpuAvg));
}

}  // namespace
}  // namespace spanmeter
