#include <array>
#include <memory>
#include <vector>

#include "../../core/history/histogram.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

// Row n ends a piece of this rate and length: what a snapshot at any row holds follows from the row.
constexpr std::array<int64_t, 7> kRates{0,           3'000'000,     500'000'000, 1'000'000'000,
                                        990'000'000, 7'654'321'000, 40'000'000};
size_t bucket(uint64_t row) {
  return Histogram::bucket(kRates[row % kRates.size()]);
}
Nanos length(uint64_t row) {
  return static_cast<Nanos>(1 + row % 5);
}
constexpr uint64_t kCycle = kRates.size() * 5;

Histogram::Times times_until(uint64_t row) {
  static const auto table = [] {
    std::vector<Histogram::Times> states(kCycle + 1);  // after so many rows
    for (uint64_t n = 1; n <= kCycle; n++) {
      states[n] = states[n - 1];
      states[n][bucket(n)] += length(n);
    }
    return states;
  }();
  Histogram::Times times = table[row % kCycle];
  for (size_t i = 0; i < times.size(); i++) times[i] += static_cast<Nanos>(row / kCycle) * table[kCycle][i];
  return times;
}

// The finest level keeps two snapshots, one for each 512 rows.
struct Attacked {
  std::unique_ptr<Histogram> histogram = Histogram::create(2);
  std::atomic<uint64_t> newest{0};

  void write(uint64_t row) {
    if (row == 0) return;  // a beginning ends no piece
    histogram->append(row, static_cast<Nanos>(row), kRates[row % kRates.size()], length(row));
    newest.store(row, std::memory_order_relaxed);
  }

  // The distribution between two snapshots, as a window takes it.
  void ask(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = newest.load(std::memory_order_relaxed);
    const uint64_t to = head - random() % std::min<uint64_t>(head + 1, 3000);
    const uint64_t from = to - random() % std::min<uint64_t>(to + 1, 1 + (uint64_t{1} << random() % 17));
    const auto start = histogram->after(from), end = histogram->before(to);
    if (start) findings.expect(start->row > from);
    if (end) findings.expect(end->row <= to);
    if (!start || !end || start->row >= end->row) return;
    Histogram::Times times{};
    if (!histogram->add(*end, 1, 0, Histogram::kBuckets - 1, times) ||
        !histogram->add(*start, -1, 0, Histogram::kBuckets - 1, times))
      return;
    findings.answers++;
    const Histogram::Times until_end = times_until(end->row), until_start = times_until(start->row);
    for (size_t i = 0; i < times.size(); i++) findings.expect(times[i] == until_end[i] - until_start[i]);
  }

  // One snapshot: two torn ones could hide each other.
  void ask_one(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = newest.load(std::memory_order_relaxed);
    const auto snapshot = histogram->before(head - random() % std::min<uint64_t>(head + 1, 3000));
    Histogram::Times times{};
    if (!snapshot || !histogram->add(*snapshot, 1, 0, Histogram::kBuckets - 1, times)) return;
    findings.answers++;
    findings.expect(times == times_until(snapshot->row));
  }
};

TEST(snapshots_of_a_histogram_of_two_are_never_torn_nor_stale) {
  attack([] {
    const auto attacked = std::make_shared<Attacked>();
    return Round{[=](uint64_t row) { attacked->write(row); },
                 [=](std::mt19937_64& random, Findings& findings) {
                   attacked->ask(random, findings);
                   attacked->ask_one(random, findings);
                 }};
  });
}

}  // namespace
}  // namespace spanmeter
