#include "pyramid_reader.h"

#include <algorithm>
#include <limits>

namespace spanmeter {

namespace {
constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
}

PyramidReader::PyramidReader(const Pyramid& pyramid, bool hurried) : pyramid_(pyramid) {
  // From the top: a node's rows are then known whenever the node is.
  for (size_t level = Pyramid::kLevels; level-- > 0;) {
    const Series& series = pyramid.level(level);
    const uint64_t head = series.head();
    uint64_t oldest = series.oldest();
    if (hurried && oldest > 0) oldest += series.capacity() / 4;
    heads_[level] = head;
    oldest_[level] = head == 0 ? 0 : std::min(oldest, head - 1);
    lowest_read_[level] = kNone;
  }
}

PyramidReader::Place PyramidReader::locate(Nanos time) const {
  Place place;
  for (size_t level = 0; level < Pyramid::kLevels && heads_[level] > 0; level++) {
    const Series& series = pyramid_.level(level);
    const uint64_t oldest = oldest_[level];
    const uint64_t at = series.last_at_or_before(time, oldest, heads_[level] - 1);
    const bool before = series.time(at) <= time;
    const uint64_t node = before ? at + 1 : oldest;
    // The moment lies beyond a coarse level's newest node only if a finer one does not reach back to there:
    // then the finer one's oldest row is the first that is known after it.
    if (level > 0 && node == heads_[level]) return place;
    place = {level, node, before, node < heads_[level]};
    if (before || oldest == 0) break;
  }
  return place;
}

Row PyramidReader::read(size_t level, uint64_t node) {
  lowest_read_[level] = std::min(lowest_read_[level], node);
  Row row{};
  pyramid_.level(level).read(node, row.data(), pyramid_.width());
  return row;
}

Extremes PyramidReader::extremes(size_t level, uint64_t node) {
  lowest_read_[level] = std::min(lowest_read_[level], node);
  return pyramid_.extremes(level, node);
}

Extremes PyramidReader::fold(uint64_t first, uint64_t last) {
  Extremes extremes;
  const size_t column = pyramid_.column();
  const auto rows_of = [](size_t level) { return uint64_t{1} << (Pyramid::kFanBits * level); };
  // Whether a node begins at a row, does not reach too far and was there when this look began.
  const auto usable = [&](size_t level, uint64_t row) {
    return level < Pyramid::kLevels && (row & (rows_of(level) - 1)) == 0 && row + rows_of(level) <= last &&
           (level == 0 || row >> (Pyramid::kFanBits * level) < heads_[level]);
  };
  size_t level = 0;
  for (uint64_t row = first; row < last;) {
    while (usable(level + 1, row)) level++;
    while (!usable(level, row)) level--;
    if (level > 0) {
      extremes.add(this->extremes(level, row >> (Pyramid::kFanBits * level)));
    } else {
      const Series& rows = pyramid_.rows();
      lowest_read_[0] = std::min(lowest_read_[0], row);
      extremes.add(piece(pyramid_.kind(), rows.time(row), rows.word(row, column), rows.time(row + 1),
                         rows.word(row + 1, column)));
    }
    row += rows_of(level);
  }
  return extremes;
}

bool PyramidReader::still_valid() const {
  for (size_t level = 0; level < Pyramid::kLevels; level++) {
    if (lowest_read_[level] < pyramid_.level(level).oldest()) return false;
  }
  return true;
}

}  // namespace spanmeter
