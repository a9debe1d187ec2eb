// The fast window against its naive twin, which looks at every row.

#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>

#include "../core/history/coverage.h"
#include "../core/history/history.h"
#include "../core/window/quantiles.h"
#include "check.h"
#include "process_series.h"
#include "twin_points.h"
#include "twin_rates.h"

namespace spanmeter {
namespace {

// A process series with late ticks, gaps and bursts.
struct Recording {
  std::shared_ptr<ProcessHistory> history;
  std::mt19937_64 random;
  Nanos time = kSecond, covered = 0, cpu = 0;
  double load = 0;

  Recording(size_t rows, uint64_t seed)
      : history(ProcessHistory::create({kPeriod, static_cast<Nanos>(rows) * kPeriod - 2 * kPeriod})),
        random(seed) {}

  void tick() {
    Nanos step = kPeriod;
    if (random() % 10 == 0) step = kPeriod / 4 + static_cast<Nanos>(random() % (2 * kPeriod));
    if (random() % 200 == 0) step = static_cast<Nanos>(random() % (50 * kPeriod)) + 1;
    if (random() % 20 == 0) load = static_cast<double>(random() % 400) / 100;
    time += step;
    covered += covered_part(step, kPeriod);
    cpu += static_cast<Nanos>(load * static_cast<double>(step));
    const int64_t row[] = {time, covered, cpu};
    history->append_process(row);
  }
};

struct Answer {
  bool known = false;
  double samples = 0, covered = 0, total = 0, min = 0, max = 0, gap = 0;
  // Quantiles; of the naive twin, just below and just above the share, because a distribution may jump there.
  std::array<double, 2> p50{}, p99{};
};

Answer fast(const Recording& recording, const SeriesQuery& asked) {
  Stretch stretch;
  Answer answer;
  answer.known = stretch.load(recording.history->process.get(), kShape, asked);
  answer.samples = static_cast<double>(stretch.line().samples());
  if (!answer.known || stretch.extremes().empty()) return answer;
  Quantiles quantiles;
  quantiles.load(stretch, *recording.history->process, *recording.history->cpu_rates);
  answer.covered = static_cast<double>(stretch.line().covered());
  answer.total = static_cast<double>(stretch.line().total(ProcessRow::kCpu));
  answer.min = static_cast<double>(stretch.extremes().min) / 1e7;
  answer.max = static_cast<double>(stretch.extremes().max) / 1e7;
  answer.gap = static_cast<double>(stretch.extremes().gap);
  const auto rates = quantiles.at({0.5, 0.99, 1});
  answer.p50.fill(rates[0] / 1e7);
  answer.p99.fill(rates[1] / 1e7);
  return answer;
}

Answer naive(const Recording& recording, const SeriesQuery& asked) {
  Points points;
  points.load(&recording.history->process->rows(), kShape.width, asked);
  Answer answer;
  answer.known = points.count() > 0;
  answer.samples = static_cast<double>(points.samples());
  Rates rates;
  rates.load(points, kShape.column);
  if (!answer.known || rates.empty()) return answer;
  const size_t last = points.count() - 1;
  answer.covered = static_cast<double>(points.at(last, 1) - points.at(0, 1));
  answer.total = static_cast<double>(points.total(ProcessRow::kCpu));
  answer.min = rates.min();
  answer.max = rates.max();
  for (size_t i = 1; i <= last; i++) {
    answer.gap = std::max(answer.gap, static_cast<double>(points.time(i) - points.time(i - 1)));
  }
  answer.p50 = {rates.quantile(0.5 - 1e-6), rates.quantile(0.5 + 1e-6)};
  answer.p99 = {rates.quantile(0.99 - 1e-6), rates.quantile(0.99 + 1e-6)};
  return answer;
}

void compare(const Recording& recording, const SeriesQuery& asked) {
  const Answer a = fast(recording, asked), b = naive(recording, asked);
  CHECK_EQUAL(a.known, b.known);
  CHECK_EQUAL(a.samples, b.samples);
  if (!a.known || !b.known) return;
  CHECK_NEAR(a.covered, b.covered, 1);
  CHECK_NEAR(a.total, b.total, 1);
  CHECK_NEAR(a.min, b.min, 1e-6 + b.min * 1e-12);
  CHECK_NEAR(a.max, b.max, 1e-6 + b.max * 1e-12);
  CHECK_NEAR(a.gap, b.gap, 1);
  const auto compare_quantile = [](double got, const std::array<double, 2>& truth) {
    CHECK(got >= truth[0] - (0.051 + truth[0] / 63));  // half a bucket
    CHECK(got <= truth[1] + (0.051 + truth[1] / 63));
  };
  compare_quantile(a.p50[0], b.p50);
  compare_quantile(a.p99[0], b.p99);
}

// Windows of any length anywhere, on samples and off, with exact edges and without, up to now and beyond.
void compare_random_windows(Recording& recording, int windows) {
  const Series& rows = recording.history->process->rows();
  const Nanos oldest = rows.time(rows.oldest()), newest = rows.newest_time();
  std::uniform_real_distribution<double> exponent(0, std::log(static_cast<double>(newest - oldest)));
  for (int i = 0; i < windows && check::failures == 0; i++) {
    const Nanos length = static_cast<Nanos>(std::exp(exponent(recording.random)));
    const Nanos from =
        oldest + static_cast<Nanos>(recording.random() % static_cast<uint64_t>(newest - oldest));
    SeriesQuery asked{from, from + length, nullptr, nullptr, nullptr, ProcessRow::kCovered, kPeriod};
    const auto row_at = [&](Nanos t) { return rows.last_at_or_before(t, rows.oldest(), rows.head() - 1); };
    const auto on_row = [&](Nanos t) { return rows.time(row_at(t)); };
    const auto cpu_at = [&](Nanos t) { return rows.word(row_at(t), ProcessRow::kCpu); };
    const uint64_t kind = recording.random();
    if (kind % 4 == 1) asked.from = on_row(asked.from);
    if (kind % 8 / 4 == 1) asked.to = std::max(asked.from, on_row(asked.to));
    const int64_t now[] = {newest + static_cast<Nanos>(recording.random() % (5 * kPeriod)) + 1, 0,
                           recording.cpu + kPeriod / 3};
    int64_t start[] = {asked.from, 0, cpu_at(asked.from)}, end[] = {asked.to, 0, cpu_at(asked.to)};
    if (kind % 16 / 8 == 1) {
      asked.now = now;
    } else if (kind % 32 / 16 == 1) {
      asked.start = start;
      asked.end = end;
    }
    compare(recording, asked);
    if (check::failures > 0) {
      std::printf("    from %lld to %lld, kind %llu\n", static_cast<long long>(asked.from - oldest),
                  static_cast<long long>(asked.to - oldest), static_cast<unsigned long long>(kind % 32));
    }
  }
}

TEST(fast_windows_equal_their_naive_twin) {
  Recording recording(1 << 14, 1);
  for (int i = 0; i < 12'000; i++) recording.tick();
  compare_random_windows(recording, 1000 * kThorough);
}

TEST(fast_windows_equal_their_naive_twin_once_rows_are_overwritten) {
  Recording recording(1 << 12, 2);
  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < 1357; i++) recording.tick();
    compare_random_windows(recording, 20 * kThorough);
  }
}

TEST(fast_windows_equal_their_naive_twin_on_tiny_histories) {
  for (uint64_t seed = 1; seed <= 15 * kThorough; seed++) {
    Recording recording(2 + seed % 70, seed);
    for (uint64_t i = 0; i < 2 + seed * 7 % 300; i++) recording.tick();
    compare_random_windows(recording, 50);
  }
}

}  // namespace
}  // namespace spanmeter
