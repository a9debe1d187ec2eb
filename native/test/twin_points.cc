#include "twin_points.h"

#include <algorithm>
#include <cmath>

#include "../core/history/coverage.h"

namespace spanmeter {

void Points::push_between(const int64_t* left, const int64_t* right, const SeriesQuery& asked, Nanos time) {
  const double share = static_cast<double>(time - left[0]) / static_cast<double>(right[0] - left[0]);
  const size_t point = values_.size();
  values_.push_back(time);
  for (size_t i = 1; i < width_; i++) {
    values_.push_back(left[i] + std::llround(share * static_cast<double>(right[i] - left[i])));
  }
  // Covered time does not grow evenly: across a gap the row on the right vouches for the last piece only.
  if (const size_t c = asked.covered_column) {
    values_[point + c] = right[c] - std::min(right[0] - time, right[c] - left[c]);
  }
}

// A reading of the present serves as the row after the newest one.
void Points::append_now(const SeriesQuery& asked) {
  const bool first = rows_.empty();
  if (!first && asked.now[0] <= rows_[rows_.size() - width_]) return;
  const size_t row = rows_.size();
  rows_.insert(rows_.end(), asked.now, asked.now + width_);
  if (const size_t c = asked.covered_column) {
    const size_t newest = row - width_;
    rows_[row + c] = first ? 0 : rows_[newest + c] + covered_part(asked.now[0] - rows_[newest], asked.period);
  }
}

// An exact edge counts as a sample: it covers the time to its neighbour as a sample would.
void Points::cover_exact_edges(const SeriesQuery& asked) {
  const size_t c = asked.covered_column;
  const size_t last = count() - 1;
  const auto part = [&](size_t left) { return covered_part(time(left + 1) - time(left), asked.period); };
  if (exact_start_) values_[c] = exact_end_ && last == 1 ? 0 : at(1, c) - part(0);
  if (exact_end_) values_[last * width_ + c] = at(last - 1, c) + part(last - 1);
}

int64_t Points::total(size_t column) const {
  const int64_t start = start_ != nullptr ? start_[column] : at(0, column);
  return std::max<int64_t>(0, at(count() - 1, column) - start);
}

void Points::load(const Series* series, size_t width, const SeriesQuery& asked) {
  width_ = width;
  values_.clear();
  rows_.clear();
  start_ = nullptr;
  open_end_ = exact_end_ = asked.end != nullptr;

  if (series != nullptr) series->copy(asked.from, asked.to, rows_);
  const size_t recorded = rows_.size() / width_;
  if (asked.now != nullptr) append_now(asked);
  const size_t known = rows_.size() / width_;

  // The first row after `from`, and the first at or after `to`.
  size_t inside = 0;
  while (inside < known && row(inside)[0] <= asked.from) inside++;
  size_t beyond = inside;
  while (beyond < known && row(beyond)[0] < asked.to) beyond++;

  const bool between_rows = inside > 0 && inside < known;
  const bool on_grid = between_rows && row(inside)[0] - row(inside - 1)[0] <= 3 * asked.period;
  exact_start_ = asked.start != nullptr && !on_grid;
  if (exact_start_) {
    push(asked.start);
  } else if (inside > 0 && row(inside - 1)[0] == asked.from) {
    push(row(inside - 1));
  } else if (between_rows) {
    push_between(row(inside - 1), row(inside), asked, asked.from);
  }
  if (!exact_start_) start_ = asked.start;
  for (size_t n = inside; n < beyond; n++) push(row(n));
  if (exact_end_) {
    push(asked.end);
  } else if (beyond < known && row(beyond)[0] == asked.to) {
    push(row(beyond));
    open_end_ = beyond >= recorded;
  } else if (beyond < known && beyond > 0) {
    push_between(row(beyond - 1), row(beyond), asked, asked.to);
    open_end_ = beyond >= recorded;
  } else if (inside < known && known > recorded) {
    open_end_ = true;  // the window reaches beyond the reading of the present
  }
  if (count() < 2) values_.clear();
  if (asked.covered_column != 0 && count() > 0) cover_exact_edges(asked);

  samples_ = 0;
  for (size_t n = 0; n < recorded; n++) {
    if (row(n)[0] >= asked.from && row(n)[0] <= asked.to) samples_++;
  }
}

}  // namespace spanmeter
