#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "../clock.h"
#include "series.h"

namespace spanmeter {

// How the values of a column are summed up: a cumulative counter by its rate between neighbouring rows
// (billionths: a counter of nanoseconds at 100 % has 10^9), a gauge by its values.
enum class Kind { kRate, kGauge };

// The extremes of a stretch of rows.
struct Extremes {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  Nanos gap = 0;  // longest time between two neighbouring rows

  void add(const Extremes& other) {
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    gap = std::max(gap, other.gap);
  }
  bool empty() const { return min > max; }
};

// The extremes of the piece between two neighbouring rows, of which only the time and the value are needed.
Extremes piece(Kind kind, Nanos left_time, int64_t left, Nanos right_time, int64_t right);

// A series with summaries on top, so that the extremes of any stretch take a few dozen reads and remain known
// long after the rows themselves were overwritten. Node k of level l stands for the pieces between the rows k
// * 32^l and (k + 1) * 32^l; it is a copy of the latter row followed by the extremes. Level 0 are the rows.
// Each level is a ring of its own. One writer, any number of readers, as in Series.
class Pyramid {
 public:
  static constexpr size_t kFanBits = 5;
  static constexpr uint64_t kFan = uint64_t{1} << kFanBits;
  static constexpr size_t kLevels = 5;  // at 1 kHz and 1024 nodes the highest reaches back for twelve days

  // `column` is the one whose extremes are kept. `nodes`: capacity of a level at the least. Null when the
  // memory cannot be had.
  static std::unique_ptr<Pyramid> create(size_t width, Kind kind, size_t column, size_t capacity,
                                         size_t nodes);

  size_t width() const { return width_; }
  Kind kind() const { return kind_; }
  size_t column() const { return column_; }
  size_t memory_bytes() const;

  // Writer only, as in Series.
  void append(const int64_t* row);
  void adopt(const Pyramid& other);

  const Series& rows() const { return *levels_[0]; }
  const Series& level(size_t level) const { return *levels_[level]; }
  // Of a node that was once written; counts only if the node is still valid afterwards.
  Extremes extremes(size_t level, uint64_t node) const {
    const Series& series = *levels_[level];
    return {series.word(node, width_), series.word(node, width_ + 1), series.word(node, width_ + 2)};
  }

  static constexpr size_t kExtremesWords = 3;
  static constexpr size_t kMaxWidth = 8;

 private:
  Pyramid(size_t width, Kind kind, size_t column) : width_(width), kind_(kind), column_(column) {}
  void summarise(uint64_t n, const int64_t* row);

  const size_t width_;
  const Kind kind_;
  const size_t column_;
  std::array<std::unique_ptr<Series>, kLevels> levels_;
  // Writer only: what has been gathered for the node that each level will get next, and the row before.
  std::array<Extremes, kLevels> gathered_;
  Nanos last_time_ = 0;
  int64_t last_value_ = 0;
};

}  // namespace spanmeter
