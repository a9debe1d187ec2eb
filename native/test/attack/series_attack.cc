#include <array>
#include <memory>
#include <vector>

#include "../../core/history/series.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

constexpr size_t kWidth = 8;
using Values = std::array<int64_t, kWidth>;

// Times are uneven, so that a place in the ring cannot be guessed.
Nanos time_of(uint64_t row) {
  return static_cast<Nanos>(row * 1000 + static_cast<uint64_t>(word_of(row, 0)) % 999 + 1);
}
uint64_t row_of(Nanos time) {
  return static_cast<uint64_t>(time) / 1000;
}

struct Attacked {
  std::unique_ptr<Series> series;
  std::vector<Values> written = std::vector<Values>(kRoundRows);  // a row is filled before it is appended

  explicit Attacked(size_t capacity) : series(Series::create(kWidth, capacity)) {}

  void write(uint64_t row) {
    Values& values = written[row];
    values[0] = time_of(row);
    for (size_t i = 1; i < kWidth; i++) values[i] = word_of(row, i);
    series->append(values.data());
  }

  // Whether these are the values of that row and of no other.
  bool is(uint64_t row, const int64_t* values) const {
    if (row >= kRoundRows || values[0] != time_of(row)) return false;
    for (size_t i = 0; i < kWidth; i++) {
      if (values[i] != written[row][i]) return false;
    }
    return true;
  }

  void read_one_row(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = series->head();
    if (head == 0) return;
    const uint64_t row = head - 1 - random() % std::min<uint64_t>(head, series->capacity());
    Values values;
    series->read(row, values.data(), kWidth);
    if (row < series->oldest()) return;
    findings.answers++;
    findings.expect(is(row, values.data()));
  }

  void search(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = series->head(), oldest = series->oldest();
    if (head == 0 || oldest >= head) return;
    const uint64_t wanted = oldest + random() % (head - oldest);
    const Nanos time = time_of(wanted) + static_cast<Nanos>(random() % 2);
    const uint64_t found = series->last_at_or_before(time, oldest, head - 1);
    findings.expect(found >= oldest && found < head);  // whatever the writer did meanwhile
    if (oldest < series->oldest()) return;
    findings.answers++;
    findings.expect(found == wanted);
  }

  void copy(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = series->head();
    if (head == 0) return;
    const Nanos newest = series->newest_time();
    findings.expect(newest >= time_of(head - 1));
    const Nanos from = newest - static_cast<Nanos>(random() % (2 * series->capacity())) * 1000;
    std::vector<int64_t> rows;
    series->copy(from, newest, rows);
    if (rows.empty()) return;
    findings.answers++;
    // Whole rows without a hole, up to the newest that was there (what looked like the newest may have been
    // half written); the oldest may be missing.
    const uint64_t first = row_of(rows[0]), count = rows.size() / kWidth;
    // None is missing in front but those that were overwritten, and the quarter that is kept away from.
    findings.expect(rows[0] <= from || first <= series->oldest() + series->capacity() / 4);
    findings.expect(rows[(count - 1) * kWidth] >= time_of(head - 1));
    for (uint64_t i = 0; i < count; i++) findings.expect(is(first + i, &rows[i * kWidth]));
  }
};

TEST(rows_of_a_series_of_eight_are_never_torn_nor_stale) {
  attack([] {
    const auto attacked = std::make_shared<Attacked>(8);
    return Round{[=](uint64_t row) { attacked->write(row); },
                 [=](std::mt19937_64& random, Findings& findings) {
                   attacked->read_one_row(random, findings);
                   attacked->search(random, findings);
                   attacked->copy(random, findings);
                 }};
  });
}

}  // namespace
}  // namespace spanmeter
