#include "pyramid.h"

#include <utility>

namespace spanmeter {

Extremes piece(Kind kind, Nanos left_time, int64_t left, Nanos right_time, int64_t right) {
  const Nanos length = right_time - left_time;
  if (kind == Kind::kGauge) return {std::min(left, right), std::max(left, right), length};
  // In floating point, because a difference of nanoseconds times 10^9 does not fit 63 bits.
  constexpr double kLimit = 4e18;
  const double rate = length > 0 ? 1e9 * static_cast<double>(right - left) / static_cast<double>(length) : 0;
  // Never negative; lround() would be a call, and this is half of the price of percentiles.
  const auto value =
      static_cast<int64_t>(std::clamp(rate, 0.0, kLimit) + 0.5);  // NOLINT(bugprone-incorrect-roundings)
  return {value, value, length};
}

std::unique_ptr<Pyramid> Pyramid::create(size_t width, Kind kind, size_t column, size_t capacity,
                                         size_t nodes) {
  std::unique_ptr<Pyramid> pyramid(new Pyramid(width, kind, column));
  size_t rows = capacity;
  for (size_t level = 0; level < kLevels; level++) {
    // A level reaches at least as far back as the one below.
    const size_t wanted = level == 0 ? capacity : std::max(nodes, rows >> kFanBits);
    const auto pages = level < 2 ? Series::Pages::kAtOnce : Series::Pages::kAsFilled;
    pyramid->levels_[level] = Series::create(width + (level == 0 ? 0 : kExtremesWords), wanted, pages);
    if (!pyramid->levels_[level]) return nullptr;
    rows = pyramid->levels_[level]->capacity();
  }
  return pyramid;
}

size_t Pyramid::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& level : levels_) bytes += level->memory_bytes();
  return bytes;
}

void Pyramid::append(const int64_t* row) {
  const uint64_t n = levels_[0]->head();
  levels_[0]->append(row);
  if (n > 0) summarise(n, row);
  last_time_ = row[0];
  last_value_ = row[column_];
}

// A node is complete with the row whose number is a multiple of its rows.
void Pyramid::summarise(uint64_t n, const int64_t* row) {
  Extremes up = piece(kind_, last_time_, last_value_, row[0], row[column_]);
  for (size_t level = 1; level < kLevels; level++) {
    gathered_[level].add(up);
    if ((n & ((uint64_t{1} << (kFanBits * level)) - 1)) != 0) return;
    up = std::exchange(gathered_[level], {});
    int64_t node[kMaxWidth + kExtremesWords];
    std::copy(row, row + width_, node);
    node[width_] = up.min;
    node[width_ + 1] = up.max;
    node[width_ + 2] = up.gap;
    levels_[level]->append(node);
  }
}

void Pyramid::adopt(const Pyramid& other) {
  for (size_t level = 0; level < kLevels; level++) levels_[level]->adopt(*other.levels_[level]);
  gathered_ = other.gathered_;
  last_time_ = other.last_time_;
  last_value_ = other.last_value_;
}

}  // namespace spanmeter
