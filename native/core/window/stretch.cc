#include "stretch.h"

#include <algorithm>

#include "../history/precision.h"

namespace spanmeter {

namespace {
// A reader that is overrun this often goes without the rows.
constexpr int kAttempts = 4;

// How many rows before a window a rate is looked for at the most.
constexpr uint64_t kFarthest = 64;

Nanos length(const Row& left, const Row& right) {
  return right[0] - left[0];
}
}  // namespace

bool Stretch::gives_rate(const Row& left, const Row& right, Nanos unsure) const {
  return spanmeter::gives_rate(length(left, right), right[column_] - left[column_], {unsure, cores_});
}

bool Stretch::load(const Pyramid* series, const Shape& shape, const SeriesQuery& asked) {
  // Between two readings since the newest row there is nothing to look for.
  const bool since_newest = series != nullptr && series->rows().newest_time() < asked.from;
  if (since_newest && asked.start != nullptr && asked.end != nullptr) series = nullptr;
  for (int attempt = 0; series != nullptr && attempt < kAttempts; attempt++) {
    PyramidReader reader(*series, attempt > 0);
    const bool known = try_load(&reader, shape, asked);
    if (reader.still_valid()) return known;
  }
  return try_load(nullptr, shape, asked);
}

bool Stretch::try_load(PyramidReader* reader, const Shape& shape, const SeriesQuery& asked) {
  column_ = shape.column;
  cores_ = asked.cores;
  extremes_ = {};
  outer_ = {};
  inner_first_ = inner_last_ = 0;
  if (!line_.draw(reader, shape.width, asked)) return false;
  if (!shape.extremes) return true;
  if (reader == nullptr || !line_.has_rows()) {
    add_without_rows(reader, shape);
  } else {
    add_rows(*reader, shape);
  }
  if (reader == nullptr) return true;
  for (const PyramidReader::Place& place : {line_.from(), line_.to()}) {
    if (place.level > 0 && place.after) extremes_.add(reader->extremes(place.level, place.node));
  }
  return true;
}

// A reading and a node beside it, which may be far from what was read: as much as the cores can have given.
// What is extreme there the node knows.
void Stretch::add_vague(size_t which, const Shape& shape, const Row& left, const Row& right) {
  const Nanos lasted = length(left, right);
  if (lasted <= 0) return;
  const int64_t growth = possible(right[shape.column] - left[shape.column], lasted, cores_);
  outer_[which] = {lasted, piece(shape.kind, left[0], 0, right[0], growth).max};
}

// `gap`: the longest time without a point in the piece.
void Stretch::add_outer(size_t which, const Shape& shape, const Row& left, const Row& right, Nanos gap) {
  if (length(left, right) <= 0) return;
  Extremes extremes = piece(shape.kind, left[0], left[shape.column], right[0], right[shape.column]);
  outer_[which] = {extremes.gap, extremes.min + (extremes.max - extremes.min) / 2};
  extremes.gap = gap;
  extremes_.add(extremes);
}

// Between two rows, or after the newest. Readings that are too close for what is uncertain about them are
// joined to the pieces before them.
void Stretch::add_without_rows(PyramidReader* reader, const Shape& shape) {
  Row left = line_.start();
  const Row& right = line_.end();
  const bool fine = reader == nullptr || (line_.from().level == 0 && line_.to().level == 0);
  const Nanos gap = fine ? length(left, right) : 0;
  if (reader != nullptr && fine && line_.open_end() && line_.from().before && shape.kind == Kind::kRate) {
    const Nanos unsure = line_.start_unsure() + line_.end_unsure();
    const uint64_t before = line_.from().node - 1, oldest = reader->oldest();
    for (uint64_t i = 0; i < kFarthest && !gives_rate(left, right, unsure); i++) {
      if (before < oldest + i) break;
      left = reader->read(0, before - i);
    }
  }
  add_whole(shape, left, right, gap);
}

// All that is known of a window, in one piece.
void Stretch::add_whole(const Shape& shape, const Row& left, Row right, Nanos gap) {
  if (shape.kind == Kind::kRate) {
    const int64_t growth = right[shape.column] - left[shape.column];
    right[shape.column] = left[shape.column] + possible(growth, length(left, right), cores_);
  }
  add_outer(0, shape, left, right, gap);
}

// The first piece takes over rows until it is as long as a piece of the grid, which is long enough for what
// is uncertain about a row, and long enough for what is uncertain about the edge. False when no row is left.
bool Stretch::join_first(PyramidReader& reader, Row& left) {
  for (;;) {
    const bool alone = inner_first_ == inner_last_;
    const Row next = alone ? line_.end_point() : reader.read(0, inner_first_ + 1);
    const bool long_enough = length(line_.start(), left) >= length(left, next);
    if (long_enough && gives_rate(line_.start(), left, 2 * line_.start_unsure())) return true;
    if (alone) return false;
    extremes_.gap = std::max(extremes_.gap, length(left, next));
    inner_first_++;
    left = next;
  }
}

// The last piece likewise.
bool Stretch::join_last(PyramidReader& reader, Row& right) {
  for (;;) {
    const bool alone = inner_first_ == inner_last_;
    const Row before = alone ? line_.begin_point() : reader.read(0, inner_last_ - 1);
    const bool long_enough = length(right, line_.end()) >= length(before, right);
    if (long_enough && gives_rate(right, line_.end(), 2 * line_.end_unsure())) return true;
    if (alone) return false;
    extremes_.gap = std::max(extremes_.gap, length(before, right));
    inner_last_--;
    right = before;
  }
}

void Stretch::add_rows(PyramidReader& reader, const Shape& shape) {
  Row left = line_.first(), right = line_.last();
  inner_first_ = line_.first_number();
  inner_last_ = line_.last_number();
  // Across a gap the way to a row is the longest time without one; a node knows its own.
  const bool fine_start = line_.has_start() && line_.from().level == 0;
  const bool fine_end = line_.has_end() && line_.to().level == 0;
  const Nanos first_gap = fine_start ? length(line_.start(), left) : 0;
  const Nanos last_gap = fine_end ? length(right, line_.end()) : 0;
  const bool rates = shape.kind == Kind::kRate;  // a gauge is what it is, however short the piece
  bool rows_left = true;
  if (rates && line_.exact_start() && fine_start) rows_left = join_first(reader, left);
  if (rates && line_.open_end() && fine_end && rows_left) {
    rows_left = join_last(reader, right);
  }
  if (!rows_left) {
    inner_first_ = inner_last_ = 0;
    add_whole(shape, line_.begin_point(), line_.end_point(), std::max(first_gap, last_gap));
    return;
  }
  if (rates && line_.exact_start() && !fine_start) {
    add_vague(0, shape, line_.start(), left);
  } else if (line_.has_start()) {
    add_outer(0, shape, line_.start(), left, first_gap);
  }
  extremes_.add(reader.fold(inner_first_, inner_last_));
  if (line_.has_end()) add_outer(1, shape, right, line_.end(), last_gap);
}

}  // namespace spanmeter
