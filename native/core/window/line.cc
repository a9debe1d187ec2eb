#include "line.h"

#include <cmath>

#include "../history/coverage.h"

namespace spanmeter {

namespace {

Row to_row(const int64_t* values, size_t width) {
  Row row{};
  std::copy(values, values + width, row.begin());
  return row;
}

}  // namespace

Row Line::between(const Row& left, const Row& right, const SeriesQuery& asked, Nanos time) const {
  const double share = static_cast<double>(time - left[0]) / static_cast<double>(right[0] - left[0]);
  Row row{};
  row[0] = time;
  for (size_t i = 1; i < width_; i++) {
    row[i] = left[i] + std::llround(share * static_cast<double>(right[i] - left[i]));
  }
  // Covered time does not grow evenly: across a gap the row on the right vouches for the last piece only.
  if (const size_t c = asked.covered_column)
    row[c] = right[c] - std::min(right[0] - time, right[c] - left[c]);
  return row;
}

bool Line::draw(PyramidReader* reader, size_t width, const SeriesQuery& asked) {
  *this = Line();
  width_ = width;
  if (asked.start != nullptr) total_start_ = to_row(asked.start, width);
  uint64_t rows = 0;
  if (reader == nullptr || reader->head() == 0) {
    draw_edges(asked);
  } else {
    const std::optional<Row> now = present(*reader, asked);
    from_ = reader->locate(asked.from);
    to_ = reader->locate(asked.to);
    draw_start(*reader, asked, now);
    draw_end(*reader, asked, now);
    has_rows_ = has_rows_ && first_number_ <= last_number_;
    rows = has_rows_ ? last_number_ - first_number_ + 1 : 0;
  }
  if ((has_start_ ? 1 : 0) + rows + (has_end_ ? 1 : 0) < 2) return false;
  if (asked.covered_column != 0) cover(asked);
  return true;
}

// All that is known without rows.
void Line::draw_edges(const SeriesQuery& asked) {
  has_start_ = exact_start_ = asked.start != nullptr;
  has_end_ = exact_end_ = asked.end != nullptr;
  if (has_start_) start_ = *total_start_;
  if (has_end_) end_ = to_row(asked.end, width_);
  start_unsure_ = asked.start_unsure;
  end_unsure_ = asked.end_unsure;
}

// A reading of the present serves as the row after the newest one.
std::optional<Row> Line::present(PyramidReader& reader, const SeriesQuery& asked) const {
  if (asked.now == nullptr) return std::nullopt;
  const Row newest = reader.read(0, reader.head() - 1);
  Row now = to_row(asked.now, width_);
  if (now[0] <= newest[0]) return std::nullopt;
  if (const size_t c = asked.covered_column)
    now[c] = newest[c] + covered_part(now[0] - newest[0], asked.period);
  return now;
}

// The start, and the first row inside.
void Line::draw_start(PyramidReader& reader, const SeriesQuery& asked, const std::optional<Row>& now) {
  std::optional<Row> before, after;
  if (from_.before) before = reader.read(from_.level, from_.node - 1);
  first_number_ = PyramidReader::row_number(from_.level, from_.node);
  if (from_.after) {
    after = first_ = reader.read(from_.level, from_.node);
    has_rows_ = true;
  } else if (now && (*now)[0] > asked.from) {
    after = now;
  }
  const bool on_grid = before && after && (*after)[0] - (*before)[0] <= 3 * asked.period;
  const bool on_row = before && (*before)[0] == asked.from;
  if (on_row) samples_ = 1;
  exact_start_ = total_start_ && !on_grid;
  has_start_ = true;
  if (exact_start_) {
    start_ = *total_start_;
    start_unsure_ = asked.start_unsure;
  } else if (on_row) {
    start_ = *before;
  } else if (before && after) {
    start_ = between(*before, *after, asked, asked.from);
  } else {
    has_start_ = false;
  }
}

// The last row inside, and the end.
void Line::draw_end(PyramidReader& reader, const SeriesQuery& asked, const std::optional<Row>& now) {
  std::optional<Row> before, after;
  if (to_.before) {
    before = last_ = reader.read(to_.level, to_.node - 1);
    last_number_ = PyramidReader::row_number(to_.level, to_.node - 1);
    // The rows from the first to the last number; one more if a row is the start.
    if (last_number_ >= first_number_) samples_ += last_number_ - first_number_ + 1;
  }
  has_rows_ = has_rows_ && to_.before;
  if (to_.after) {
    after = reader.read(to_.level, to_.node);
  } else {
    after = now;
  }
  exact_end_ = asked.end != nullptr;
  has_end_ = true;
  if (exact_end_) {
    end_ = to_row(asked.end, width_);
    end_unsure_ = asked.end_unsure;
  } else if (before && (*before)[0] == asked.to) {
    end_ = *before;
  } else if (before && after && (*after)[0] >= asked.to) {
    end_ = between(*before, *after, asked, asked.to);
    open_end_ = !to_.after;
  } else if (!to_.after && now && (*now)[0] > asked.from) {
    end_ = *now;  // the window reaches into the future
    open_end_ = true;
  } else {
    has_end_ = false;
  }
  if (open_end_) end_unsure_ = asked.now_unsure;
  open_end_ = open_end_ || exact_end_;
  // A row at the very end is the end, not inside. (A node there may stay: the last piece then has no length.)
  if (has_rows_ && has_end_ && last_[0] == asked.to && to_.level == 0) {
    has_rows_ = last_number_ > first_number_;
    if (has_rows_) last_ = reader.read(0, --last_number_);
  }
}

// An exact edge counts as a sample: it covers the time to its neighbour as a sample would.
void Line::cover(const SeriesQuery& asked) {
  const size_t c = asked.covered_column;
  const auto part = [&](const Row& left, const Row& right) {
    return covered_part(right[0] - left[0], asked.period);
  };
  if (exact_start_ && exact_end_ && !has_rows_) {
    start_[c] = 0;
    end_[c] = part(start_, end_);
  } else {
    if (exact_start_) start_[c] = (has_rows_ ? first_ : end_)[c] - part(start_, has_rows_ ? first_ : end_);
    if (exact_end_) end_[c] = (has_rows_ ? last_ : start_)[c] + part(has_rows_ ? last_ : start_, end_);
  }
  covered_ = end_point()[c] - begin_point()[c];
}

}  // namespace spanmeter
