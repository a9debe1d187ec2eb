#include "../core/history/series.h"

#include <atomic>
#include <thread>
#include <vector>

#include "check.h"

namespace spanmeter {
namespace {

// A row that can be checked by itself: every word follows from its time.
constexpr size_t kWidth = 4;
void fill(int64_t time, int64_t* row) {
  for (size_t i = 0; i < kWidth; i++) row[i] = time * static_cast<int64_t>(i + 1);
}
bool intact(const int64_t* row) {
  for (size_t i = 1; i < kWidth; i++) {
    if (row[i] != row[0] * static_cast<int64_t>(i + 1)) return false;
  }
  return true;
}

void append(Series& series, int64_t time) {
  int64_t row[kWidth];
  fill(time, row);
  series.append(row);
}

std::vector<int64_t> times(const Series& series, Nanos from, Nanos to) {
  std::vector<int64_t> rows;
  series.copy(from, to, rows);
  std::vector<int64_t> result;
  for (size_t i = 0; i < rows.size(); i += kWidth) {
    CHECK(intact(&rows[i]));
    result.push_back(rows[i]);
  }
  return result;
}

using Times = std::vector<int64_t>;

TEST(copy_brings_the_neighbours_of_a_window) {
  const auto series = Series::create(kWidth, 8);
  CHECK(times(*series, 0, 100).empty());
  for (int64_t t = 10; t <= 50; t += 10) append(*series, t);
  CHECK(times(*series, 20, 40) == (Times{20, 30, 40, 50}));
  CHECK(times(*series, 21, 29) == (Times{20, 30}));
  CHECK(times(*series, 0, 5) == (Times{10, 20}));
  CHECK(times(*series, 60, 70) == (Times{50}));
  CHECK(times(*series, 0, 100) == (Times{10, 20, 30, 40, 50}));
  CHECK_EQUAL(series->newest_time(), 50);
}

TEST(the_oldest_row_is_overwritten) {
  const auto series = Series::create(kWidth, 4);
  for (int64_t t = 1; t <= 10; t++) append(*series, t);
  CHECK(times(*series, 0, 100) == (Times{7, 8, 9, 10}));
}

TEST(a_larger_series_takes_over_what_a_smaller_one_holds) {
  const auto small = Series::create(kWidth, 4);
  for (int64_t t = 1; t <= 10; t++) append(*small, t);
  const auto large = Series::create(kWidth, 16);
  large->adopt(*small);
  append(*large, 11);
  CHECK(times(*large, 0, 100) == (Times{7, 8, 9, 10, 11}));
  const auto larger = Series::create(kWidth, 64);  // holds no more than the one before did
  larger->adopt(*large);
  CHECK_EQUAL(larger->oldest(), uint64_t{6});
  CHECK(times(*larger, 0, 100) == (Times{7, 8, 9, 10, 11}));
  const auto tiny = Series::create(kWidth, 2);
  tiny->adopt(*large);
  CHECK(times(*tiny, 0, 100) == (Times{10, 11}));
}

// The writer at full speed on rings so small that every reader is overrun all the time: what a reader gets is
// whole rows, in order, without a hole, or less.
TEST(readers_never_see_a_torn_row) {
  for (const size_t capacity : {2, 8, 64}) {
    const auto series = Series::create(kWidth, capacity);
    std::atomic<bool> stop{false};
    std::atomic<int64_t> seen{0};
    std::atomic<int> bad{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 4; r++) {
      readers.emplace_back([&] {
        std::vector<int64_t> rows;
        while (!stop) {
          const Nanos newest = series->newest_time();
          series->copy(newest - 5, newest + 5, rows);
          for (size_t i = 0; i < rows.size(); i += kWidth) {
            if (!intact(&rows[i])) bad++;
            if (i > 0 && rows[i] != rows[i - kWidth] + 1) bad++;
          }
          seen += static_cast<int64_t>(rows.size() / kWidth);
        }
      });
    }
    for (int64_t t = 1; t <= 1'000'000 || seen < 1000; t++) append(*series, t);
    stop = true;
    for (std::thread& reader : readers) reader.join();
    CHECK_EQUAL(bad.load(), 0);
    CHECK(seen > 0);
  }
}

}  // namespace
}  // namespace spanmeter
