#include "point.h"

#include <algorithm>
#include <cmath>

#include "pyramid_reader.h"

namespace spanmeter {

namespace {

int64_t between(Nanos left_time, int64_t left, Nanos right_time, int64_t right, Nanos time) {
  if (right_time <= left_time) return right;
  const double share = static_cast<double>(time - left_time) / static_cast<double>(right_time - left_time);
  return left + std::llround(share * static_cast<double>(right - left));
}

// Most edges lie among the newest rows, which are found without a search.
constexpr uint64_t kNewest = 4;

std::optional<int64_t> among_newest(const Series& rows, size_t column, Nanos time) {
  const uint64_t head = rows.head();
  for (uint64_t i = 1; i <= std::min(head, kNewest); i++) {
    const uint64_t row = head - i;
    const Nanos row_time = rows.time(row);
    if (row_time > time) continue;
    const int64_t value = rows.word(row, column);
    const int64_t found =
        i == 1 ? value : between(row_time, value, rows.time(row + 1), rows.word(row + 1, column), time);
    if (row < rows.oldest()) return std::nullopt;
    return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> value_at(const Pyramid& series, size_t column, Nanos time) {
  if (const auto found = among_newest(series.rows(), column, time)) return found;
  for (const bool hurried : {false, true}) {
    if (series.rows().head() == 0) return std::nullopt;
    PyramidReader reader(series, hurried);
    const PyramidReader::Place place = reader.locate(time);
    if (!place.before) return std::nullopt;
    const Row left = reader.read(place.level, place.node - 1);
    const Row right = place.after ? reader.read(place.level, place.node) : left;
    if (reader.still_valid()) return between(left[0], left[column], right[0], right[column], time);
  }
  return std::nullopt;
}

}  // namespace spanmeter
