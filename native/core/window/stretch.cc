#include "stretch.h"

#include <algorithm>

namespace spanmeter {

namespace {
// A reader that is overrun this often goes without the rows.
constexpr int kAttempts = 4;

Nanos length(const Row& left, const Row& right) {
  return right[0] - left[0];
}
}  // namespace

bool Stretch::load(const Pyramid* series, const Shape& shape, const Span& span) {
  // Between two readings since the newest row there is nothing to look for.
  const bool since_newest = series != nullptr && series->rows().newest_time() < span.from;
  if (since_newest && span.start != nullptr && span.end != nullptr) series = nullptr;
  for (int attempt = 0; series != nullptr && attempt < kAttempts; attempt++) {
    PyramidReader reader(*series, attempt > 0);
    const bool known = try_load(&reader, shape, span);
    if (reader.still_valid()) return known;
  }
  return try_load(nullptr, shape, span);
}

bool Stretch::try_load(PyramidReader* reader, const Shape& shape, const Span& span) {
  extremes_ = {};
  outer_ = {};
  inner_first_ = inner_last_ = 0;
  if (!line_.draw(reader, shape.width, span)) return false;
  if (!shape.extremes) return true;
  if (reader == nullptr || !line_.has_rows()) {
    const bool fine = reader == nullptr || (line_.from().level == 0 && line_.to().level == 0);
    add_outer(0, shape, line_.start(), line_.end(), fine ? length(line_.start(), line_.end()) : 0);
  } else {
    add_rows(*reader, shape);
  }
  if (reader == nullptr) return true;
  for (const PyramidReader::Place& place : {line_.from(), line_.to()}) {
    if (place.level > 0 && place.after) extremes_.add(reader->extremes(place.level, place.node));
  }
  return true;
}

// `gap`: the longest time without a point in the piece.
void Stretch::add_outer(size_t which, const Shape& shape, const Row& left, const Row& right, Nanos gap) {
  if (length(left, right) <= 0) return;
  Extremes extremes = piece(shape.kind, left[0], left[shape.column], right[0], right[shape.column]);
  outer_[which] = {extremes.gap, extremes.min + (extremes.max - extremes.min) / 2};
  extremes.gap = gap;
  extremes_.add(extremes);
}

void Stretch::add_rows(PyramidReader& reader, const Shape& shape) {
  Row left = line_.first(), right = line_.last();
  inner_first_ = line_.first_number();
  inner_last_ = line_.last_number();
  // To a row the way is a gap; a node knows its own.
  Nanos first_gap = line_.has_start() && line_.from().level == 0 ? length(line_.start(), left) : 0;
  Nanos last_gap = line_.has_end() && line_.to().level == 0 ? length(right, line_.end()) : 0;
  const bool rates = shape.kind == Kind::kRate;  // a gauge is what it is, however short the piece

  // The neighbours that short outer pieces would be joined to: two rows, or a row and the other end of the
  // line.
  const bool several = inner_last_ > inner_first_;
  const Row second =
      several && line_.from().level == 0 ? reader.read(0, inner_first_ + 1) : line_.end_point();
  const Row second_last =
      several && line_.to().level == 0 ? reader.read(0, inner_last_ - 1) : line_.begin_point();
  const bool can_join_first =
      rates && line_.exact_start() && (several ? line_.from().level == 0 : line_.has_end());
  const bool can_join_last =
      rates && line_.exact_end() && (several ? line_.to().level == 0 : line_.has_start());
  const bool join_first = can_join_first && first_gap * 2 < length(left, second);
  const bool join_last = can_join_last && last_gap * 2 < length(second_last, right);

  if (join_first) {
    first_gap = std::max(first_gap, length(left, second));
    left = second;
    inner_first_++;
  }
  if (join_last) {
    last_gap = std::max(last_gap, length(second_last, right));
    right = second_last;
    inner_last_--;
  }
  if (inner_first_ > inner_last_ || (!several && (join_first || join_last))) {
    inner_first_ = inner_last_ = 0;
    add_outer(0, shape, line_.begin_point(), line_.end_point(), std::max(first_gap, last_gap));
    return;
  }
  if (line_.has_start()) add_outer(0, shape, line_.start(), left, first_gap);
  extremes_.add(reader.fold(inner_first_, inner_last_));
  if (line_.has_end()) add_outer(1, shape, right, line_.end(), last_gap);
}

}  // namespace spanmeter
