#include <bit>
#include <memory>
#include <vector>

#include "../../core/history/pyramid.h"
#include "../../core/history/pyramid_reader.h"
#include "../../core/window/stretch.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

// Row n ends a piece whose rate and length follow from how often 2 divides n. Each node of each level then
// has a maximum of its own, and that of any stretch is known without looking at its rows.
enum : size_t { kTime, kNumber, kCpu, kWidth };
constexpr Stretch::Shape kShape{kWidth, Kind::kRate, kCpu};

int64_t height(uint64_t row) {
  return std::countr_zero(row);
}
Nanos length(int64_t height) {
  return kMillisecond + height * kMicrosecond;
}
constexpr int64_t kRateUnit = 1'000'000'000;

// Of the pieces that end with the rows (first, last].
int64_t highest(uint64_t first, uint64_t last) {
  int64_t result = 0;
  for (int64_t k = 1; last >> k != first >> k; k++) result = k;
  return result;
}
int64_t lowest(uint64_t first, uint64_t last) {
  return last - first > 1 ? 0 : height(last);
}

struct Attacked {
  std::unique_ptr<Pyramid> pyramid;
  std::vector<Row> written = std::vector<Row>(kRoundRows);  // a row is filled before it is appended

  explicit Attacked(size_t rows) : pyramid(Pyramid::create(kWidth, Kind::kRate, kCpu, rows, 4)) {}

  void write(uint64_t row) {
    Row& values = written[row];
    if (row > 0) {
      const Row& before = written[row - 1];
      const Nanos step = length(height(row));
      values = {before[kTime] + step, static_cast<int64_t>(row), before[kCpu] + height(row) * step};
    } else {
      values = {kMillisecond, 0, 0};
    }
    pyramid->append(values.data());
  }

  bool is(uint64_t row, const Row& values) const {
    return row < kRoundRows && values[kNumber] == static_cast<int64_t>(row) && values == written[row];
  }

  // A moment that the writer has passed: lately as a rule, sometimes long ago.
  Nanos moment(std::mt19937_64& random, uint64_t head) const {
    const uint64_t reach = std::min(head, uint64_t{1} << (random() % 20));
    const Nanos time = written[head - 1 - random() % reach][kTime];
    return random() % 2 == 0 ? time : time + static_cast<Nanos>(random() % kMillisecond);
  }

  // What a window does, step by step: find the nodes around a moment, read them, ask whether that was valid.
  void look(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = pyramid->rows().head();
    if (head == 0) return;
    const Nanos time = moment(random, head);
    PyramidReader reader(*pyramid, random() % 2 == 0);
    const PyramidReader::Place place = reader.locate(time);
    Row before{}, after{};
    Extremes extremes;
    if (place.before) before = reader.read(place.level, place.node - 1);
    if (place.after) after = reader.read(place.level, place.node);
    const bool summed_up = place.after && place.level > 0;
    if (summed_up) extremes = reader.extremes(place.level, place.node);
    if (!reader.still_valid() || !(place.before || place.after)) return;
    findings.answers++;
    const auto number = [&](uint64_t node) { return PyramidReader::row_number(place.level, node); };
    if (place.before) findings.expect(is(number(place.node - 1), before) && before[kTime] <= time);
    if (place.after) findings.expect(is(number(place.node), after) && after[kTime] > time);
    if (!summed_up) return;
    const int64_t high =
        highest(number(place.node) - (uint64_t{1} << (Pyramid::kFanBits * place.level)), number(place.node));
    findings.expect(extremes.max == high * kRateUnit && extremes.min == 0);
    findings.expect(extremes.gap == length(high));
  }

  // A whole window. Beyond the rows an edge is known to the grain of a node, and so is the answer.
  void ask(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = pyramid->rows().head();
    if (head < 2) return;
    Nanos from = moment(random, head), to = moment(random, head);
    if (from > to) std::swap(from, to);
    Stretch stretch;
    if (!stretch.load(pyramid.get(), kShape, {from, to})) return;
    const Line& line = stretch.line();
    const PyramidReader::Place start = line.from(), end = line.to();
    if (!line.has_rows() || !line.has_start() || !line.has_end() || !start.before || !end.after) return;
    findings.answers++;
    const uint64_t inner_first = line.first_number(), inner_last = line.last_number();
    const uint64_t first = PyramidReader::row_number(start.level, start.node - 1);
    const uint64_t last = PyramidReader::row_number(end.level, end.node);
    findings.expect(is(inner_first, line.first()) && is(inner_last, line.last()));
    if (first >= inner_first || last <= inner_last || last >= kRoundRows) return findings.expect(false);

    const Extremes& extremes = stretch.extremes();
    // One more than the rate at an edge, for the rounding of what is interpolated there.
    const auto within = [](int64_t got, int64_t low, int64_t high) {
      return got >= low * kRateUnit - kRateUnit / 100 && got <= high * kRateUnit + kRateUnit / 100;
    };
    if (inner_first < inner_last) {
      findings.expect(within(extremes.max, highest(inner_first, inner_last), highest(first, last)));
      findings.expect(within(extremes.min, lowest(first, last), lowest(inner_first, inner_last)));
      findings.expect(extremes.gap >= length(highest(inner_first, inner_last)));
      findings.expect(extremes.gap <= length(highest(first, last)));
    }
    const int64_t total = line.total(kCpu);
    findings.expect(total >= written[inner_last][kCpu] - written[inner_first][kCpu]);
    findings.expect(total <= written[last][kCpu] - written[first][kCpu]);
  }
};

void attack_pyramid_of(size_t rows) {
  attack([=] {
    const auto attacked = std::make_shared<Attacked>(rows);
    return Round{[=](uint64_t row) { attacked->write(row); },
                 [=](std::mt19937_64& random, Findings& findings) {
                   attacked->look(random, findings);
                   attacked->ask(random, findings);
                 }};
  });
}

TEST(a_pyramid_of_two_rows_and_four_nodes_a_level_is_never_wrong) {
  attack_pyramid_of(2);
}

TEST(a_pyramid_of_eight_rows_and_four_nodes_a_level_is_never_wrong) {
  attack_pyramid_of(8);
}

}  // namespace
}  // namespace spanmeter
