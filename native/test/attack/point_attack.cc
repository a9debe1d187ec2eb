#include <cmath>
#include <memory>
#include <vector>

#include "../../core/history/point.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

enum : size_t { kTime, kValue, kWidth };

// Values that follow no line: what lies between two rows is like nothing else.
int64_t value_of(uint64_t row) {
  return word_of(row, kValue) >> 20;
}
Nanos time_of(uint64_t row) {
  return static_cast<Nanos>(row + 1) * kMicrosecond;
}

// The value of a moment is in a straight line between the nodes beside it, on one of the levels.
struct Attacked {
  std::unique_ptr<Pyramid> pyramid = Pyramid::create(kWidth, Kind::kGauge, kValue, 2, 4);

  void write(uint64_t row) {
    const int64_t values[kWidth] = {time_of(row), value_of(row)};
    pyramid->append(values);
  }

  static bool between(uint64_t left, uint64_t right, Nanos time, int64_t found) {
    const double share =
        static_cast<double>(time - time_of(left)) / static_cast<double>(time_of(right) - time_of(left));
    const double expected =
        static_cast<double>(value_of(left)) + share * static_cast<double>(value_of(right) - value_of(left));
    return std::fabs(expected - static_cast<double>(found)) <= 2;
  }

  void ask(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = pyramid->rows().head();
    if (head == 0) return;
    const uint64_t row = head - 1 - random() % std::min(head, uint64_t{1} << random() % 12);
    const Nanos time = time_of(row) + static_cast<Nanos>(random() % kMicrosecond);
    const auto found = value_at(*pyramid, kValue, time);
    if (!found) return;
    findings.answers++;
    bool right = *found == value_of(row);  // it was the newest
    for (size_t level = 0; level < Pyramid::kLevels && !right; level++) {
      const uint64_t rows = uint64_t{1} << (Pyramid::kFanBits * level), left = row / rows * rows;
      right = between(left, left + rows, time, *found) || *found == value_of(left);
    }
    findings.expect(right);
  }
};

TEST(the_value_of_a_moment_lies_between_its_neighbours) {
  attack([] {
    const auto attacked = std::make_shared<Attacked>();
    return Round{[=](uint64_t row) { attacked->write(row); },
                 [=](std::mt19937_64& random, Findings& findings) { attacked->ask(random, findings); }};
  });
}

}  // namespace
}  // namespace spanmeter
