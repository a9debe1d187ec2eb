// The fast window against its naive twin, which looks at every row.

#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "../core/history/coverage.h"
#include "../core/history/history.h"
#include "../core/history/rows.h"
#include "../core/window/quantiles.h"
#include "../core/window/stretch.h"
#include "check.h"
#include "twin_points.h"
#include "twin_rates.h"

namespace spanmeter {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr int kThorough = 1;  // there is one thread in the comparisons; they only have to run
#else
constexpr int kThorough = 20;
#endif

constexpr Nanos kPeriod = kMillisecond;
constexpr Stretch::Shape kShape{ProcessRow::kWidth, Kind::kRate, ProcessRow::kCpu};

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

Answer fast(const Recording& recording, const Span& span) {
  Stretch stretch;
  Answer answer;
  answer.known = stretch.load(recording.history->process.get(), kShape, span);
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

Answer naive(const Recording& recording, const Span& span) {
  Points points;
  points.load(&recording.history->process->rows(), kShape.width, span);
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

void compare(const Recording& recording, const Span& span) {
  const Answer a = fast(recording, span), b = naive(recording, span);
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
    Span span{from, from + length, nullptr, nullptr, nullptr, ProcessRow::kCovered, kPeriod};
    const auto row_at = [&](Nanos t) { return rows.last_at_or_before(t, rows.oldest(), rows.head() - 1); };
    const auto on_row = [&](Nanos t) { return rows.time(row_at(t)); };
    const auto cpu_at = [&](Nanos t) { return rows.word(row_at(t), ProcessRow::kCpu); };
    const uint64_t kind = recording.random();
    if (kind % 4 == 1) span.from = on_row(span.from);
    if (kind % 8 / 4 == 1) span.to = std::max(span.from, on_row(span.to));
    const int64_t now[] = {newest + static_cast<Nanos>(recording.random() % (5 * kPeriod)) + 1, 0,
                           recording.cpu + kPeriod / 3};
    int64_t start[] = {span.from, 0, cpu_at(span.from)}, end[] = {span.to, 0, cpu_at(span.to)};
    if (kind % 16 / 8 == 1) {
      span.now = now;
    } else if (kind % 32 / 16 == 1) {
      span.start = start;
      span.end = end;
    }
    compare(recording, span);
    if (check::failures > 0) {
      std::printf("    from %lld to %lld, kind %llu\n", static_cast<long long>(span.from - oldest),
                  static_cast<long long>(span.to - oldest), static_cast<unsigned long long>(kind % 32));
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

TEST(buckets_are_ordered_and_fine) {
  size_t last = 0;
  for (int64_t rate = 0; rate < 100'000'000'000; rate += 1'234'567 + rate / 100) {
    const size_t bucket = Histogram::bucket(rate);
    CHECK(bucket >= last && bucket < Histogram::kBuckets);
    last = bucket;
    const double error = std::fabs(Histogram::rate(bucket) - static_cast<double>(rate));
    CHECK(error <= std::max(0.5e6 + 1, static_cast<double>(rate) / 64));
  }
  CHECK_EQUAL(Histogram::bucket(-5), size_t{0});
  CHECK_EQUAL(Histogram::bucket(INT64_MAX), Histogram::kBuckets - 1);
}

// What the rows no longer tell, the nodes still do: totals of exact edges, extremes, samples and coverage.
TEST(a_day_is_summed_up_when_its_rows_are_long_gone) {
  const auto history = ProcessHistory::create({kPeriod, 30 * kSecond});
  constexpr int64_t kDay = 24 * 3600 * 1000 / 20 * kThorough;  // rows; much less for ThreadSanitizer
  const int64_t spike = kDay / 3;
  Nanos time = kSecond, cpu = 0;
  for (int64_t i = 0; i <= kDay; i++) {
    const int64_t row[] = {time, i * kPeriod, cpu};
    history->append_process(row);
    time += kPeriod;
    // 50 % on average: a tenth of the time 200 %; and one millisecond at 700 %.
    cpu += i == spike ? 7 * kPeriod : i % 10 == 0 ? 2 * kPeriod : kPeriod / 3;
  }
  const Nanos begin = kSecond + kPeriod / 3, end = kSecond + kDay * kPeriod;
  const int64_t start[] = {begin, 0, kPeriod / 6}, stop[] = {end, 0, cpu - kPeriod / 2};
  Stretch stretch;
  CHECK(stretch.load(history->process.get(), kShape,
                     {begin, end, start, stop, nullptr, ProcessRow::kCovered, kPeriod}));
  CHECK_EQUAL(stretch.line().total(ProcessRow::kCpu), stop[2] - start[2]);
  CHECK_NEAR(static_cast<double>(stretch.extremes().max) / 1e7, 700, 1e-6);
  CHECK_NEAR(static_cast<double>(stretch.extremes().min) / 1e7, 33.33, 0.01);
  CHECK_NEAR(static_cast<double>(stretch.line().samples()), static_cast<double>(kDay), kDay / 64.0);
  CHECK_NEAR(static_cast<double>(stretch.line().covered()), static_cast<double>(kDay * kPeriod),
             static_cast<double>(kDay * kPeriod) / 64);
  Quantiles quantiles;
  quantiles.load(stretch, *history->process, *history->cpu_rates);
  CHECK_NEAR(quantiles.at({0.5, 0.95, 0.99})[0] / 1e7, 33.33, 0.6);
  CHECK_NEAR(quantiles.at({0.5, 0.95, 0.99})[2] / 1e7, 200, 3.2);
  CHECK(history->memory_bytes() < 8 << 20);

  // An hour in the middle of it, without edges: to the grain of what is left.
  const Nanos hour = kDay * kPeriod / 24, from = kSecond + 10 * hour;
  CHECK(stretch.load(history->process.get(), kShape,
                     {from, from + hour, nullptr, nullptr, nullptr, ProcessRow::kCovered, kPeriod}));
  CHECK_NEAR(static_cast<double>(stretch.line().total(ProcessRow::kCpu)), 0.5 * static_cast<double>(hour),
             1e9);
  CHECK_NEAR(static_cast<double>(stretch.extremes().max) / 1e7, 200, 0.01);
}

// A writer at full speed and rings so small that every reader is overrun: each answer is checked against what
// the writer is known to write, a counter whose rate in the piece before row n follows from n.
TEST(readers_are_never_wrong_under_attack) {
  const auto load = [](uint64_t n) { return n % 97 == 0 ? 4 : n % 2 == 0 ? 1 : 0; };
  for (const size_t rows : {2, 8, 64}) {
    const auto pyramid = Pyramid::create(ProcessRow::kWidth, Kind::kRate, ProcessRow::kCpu, rows, 4);
    std::atomic<bool> stop{false};
    std::atomic<int64_t> answers{0}, wrong{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 4; r++) {
      readers.emplace_back([&, r] {
        std::mt19937_64 random(static_cast<uint64_t>(r));
        Stretch stretch;
        while (!stop) {
          const uint64_t newest = static_cast<uint64_t>(pyramid->rows().newest_time() / kPeriod);
          if (newest < 2) continue;
          const uint64_t length = 1 + random() % std::min<uint64_t>(newest - 1, 4 * rows);
          const Nanos from = static_cast<Nanos>(newest - length) * kPeriod,
                      to = static_cast<Nanos>(newest) * kPeriod;
          if (!stretch.load(pyramid.get(), kShape, {from, to, nullptr, nullptr, nullptr, 1, kPeriod}))
            continue;
          answers++;
          const Line& line = stretch.line();
          // Covered time is the time itself, CPU the sum of the loads: both follow from where the line begins
          // and ends.
          if (line.covered() != line.duration()) wrong++;
          if (line.begin_point()[0] % kPeriod != 0 || line.end_point()[0] % kPeriod != 0) wrong++;
          const uint64_t first = static_cast<uint64_t>(line.begin_point()[0] / kPeriod);
          const uint64_t last = static_cast<uint64_t>(line.end_point()[0] / kPeriod);
          int64_t total = 0, max = 0, min = 9;
          if (last - first > 1000) continue;
          for (uint64_t n = first + 1; n <= last; n++) {
            total += load(n) * kPeriod;
            max = std::max<int64_t>(max, load(n));
            min = std::min<int64_t>(min, load(n));
          }
          // Where the rows were gone, an edge is known to the grain of a node, which may reach beyond it.
          const bool fine = line.from().level == 0 && line.to().level == 0;
          if (fine && line.total(ProcessRow::kCpu) != total) wrong++;
          if (fine ? stretch.extremes().max != max * 1'000'000'000
                   : stretch.extremes().max < max * 1'000'000'000)
            wrong++;
          if (fine ? stretch.extremes().min != min * 1'000'000'000
                   : stretch.extremes().min > min * 1'000'000'000)
            wrong++;
        }
      });
    }
    int64_t cpu = 0;
    for (uint64_t n = 1; n <= 1'000'000 || answers < 1000; n++) {
      cpu += load(n) * kPeriod;
      const Nanos time = static_cast<Nanos>(n) * kPeriod;
      const int64_t row[] = {time, time, cpu};
      pyramid->append(row);
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    CHECK_EQUAL(wrong.load(), 0);
    CHECK(answers > 0);
  }
}

}  // namespace
}  // namespace spanmeter
