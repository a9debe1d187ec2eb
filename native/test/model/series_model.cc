#include "checked.h"
//
#include "../../core/history/series.cc"

namespace spanmeter {
namespace {

constexpr size_t kWidth = 2;

Nanos time_of(uint64_t row) {
  return static_cast<Nanos>(row + 1);
}
int64_t value_of(uint64_t row) {
  return static_cast<int64_t>(row + 100);
}

// A ring of two rows that is written two and a half times.
struct Ring {
  static constexpr uint64_t kRows = 5;
  std::unique_ptr<Series> series = Series::create(kWidth, 2);

  void write() {
    for (uint64_t row = 0; row < kRows; row++) {
      const int64_t values[kWidth] = {time_of(row), value_of(row)};
      series->append(values);
    }
  }
};

// A reader takes any row that head() says is there, in either order of its words.
struct RowsAreWhole : rl::test_suite<RowsAreWhole, 3> {
  Ring ring;

  void thread(unsigned index) { index == 0 ? ring.write() : read(); }
  void read() {
    const Series& series = *ring.series;
    const uint64_t head = series.head();
    if (head == 0) return;
    const uint64_t row = head - 1 - rl::rand(head > 1 ? 2 : 1);
    const size_t first = rl::rand(2);
    int64_t values[kWidth];
    values[first] = series.word(row, first);
    values[1 - first] = series.word(row, 1 - first);
    if (row < series.oldest()) return;
    RL_ASSERT(values[0] == time_of(row));
    RL_ASSERT(values[1] == value_of(row));
  }
};

// What the writer stored elsewhere before it appended a row is known to whoever sees the row.
struct RowsPublish : rl::test_suite<RowsPublish, 2> {
  std::unique_ptr<Series> series = Series::create(kWidth, 2);
  rl::var<int> elsewhere{0};

  void thread(unsigned index) {
    if (index == 0) {
      elsewhere($) = 1;
      const int64_t values[kWidth] = {time_of(0), value_of(0)};
      series->append(values);
    } else if (series->head() > 0) {
      RL_ASSERT(elsewhere($) == 1);
    }
  }
};

// A copy ends with the newest row that was there when it began, and has no hole.
struct CopiesAreWhole : rl::test_suite<CopiesAreWhole, 2> {
  static constexpr uint64_t kBefore = 4, kAfter = 3;
  std::unique_ptr<Series> series = Series::create(kWidth, 4);

  void append(uint64_t row) {
    const int64_t values[kWidth] = {time_of(row), value_of(row)};
    series->append(values);
  }
  void before() {
    for (uint64_t row = 0; row < kBefore; row++) append(row);
  }
  void thread(unsigned index) {
    if (index != 0) return copy();
    for (uint64_t row = kBefore; row < kBefore + kAfter; row++) append(row);
  }
  void copy() {
    const Nanos newest = time_of(series->head() - 1);
    std::vector<int64_t> rows;
    series->copy(newest - static_cast<Nanos>(rl::rand(4)), newest, rows);
    if (rows.empty()) return;
    const auto first = static_cast<uint64_t>(rows[0] - 1);
    for (uint64_t i = 0; i < rows.size() / kWidth; i++) {
      RL_ASSERT(rows[i * kWidth] == time_of(first + i));
      RL_ASSERT(rows[i * kWidth + 1] == value_of(first + i));
    }
    RL_ASSERT(rows[rows.size() - kWidth] >= newest);
  }
};

TEST(rows_of_a_ring_are_whole_or_known_to_be_overwritten_in_any_order_of_memory) {
  explore<RowsAreWhole>(400'000);
}

TEST(copies_of_a_ring_are_whole_in_any_order_of_memory) {
  explore<CopiesAreWhole>(50'000);
}

TEST(rows_of_a_ring_publish_what_was_stored_before_them_in_any_order_of_memory) {
  explore<RowsPublish>(10'000);
}

}  // namespace
}  // namespace spanmeter
