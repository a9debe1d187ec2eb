// What the summaries know once the rows are gone, and readers that the writer overtakes.

#include <atomic>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "../core/history/history.h"
#include "../core/window/quantiles.h"
#include "check.h"
#include "process_series.h"

namespace spanmeter {
namespace {

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

// What the rows no longer hold, the nodes still do: totals of exact edges, extremes, samples and coverage.
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
