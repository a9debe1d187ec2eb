#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/clock.h"
#include "../core/history/series.h"
#include "../core/window/series_query.h"

namespace spanmeter {

// The naive twin of Line: every row is copied.
//
// A window of a series as a polyline: its values at the start, at each sample inside, at the end. Values at
// an edge that is not exact are interpolated; where the series does not reach as far as the edge, the line is
// shorter than the window.
//
// Totals run from edge to edge and take exact edges at their word. The line itself prefers interpolation at
// the start of a series with covered time: an edge may have missed the last moments of a thread that had only
// just begun to run, which is nothing in the total of a window but would be a spike in its first piece.
class Points {
 public:
  // Empty (count() == 0) when nothing is known of the window: fewer than two points. `series` may be null;
  // `width` is the width of its rows.
  void load(const Series* series, size_t width, const SeriesQuery& asked);

  size_t count() const { return width_ == 0 ? 0 : values_.size() / width_; }
  // Rows of the series that lie in the window, its edges included.
  size_t samples() const { return samples_; }
  // Whether the line begins or ends off the grid, with a reading of its own.
  bool exact_start() const { return exact_start_; }
  bool exact_end() const { return exact_end_; }
  // Whether the last piece ends with a reading that is no row.
  bool open_end() const { return open_end_; }

  int64_t at(size_t point, size_t column) const { return values_[point * width_ + column]; }
  Nanos time(size_t point) const { return at(point, 0); }
  // How much a cumulative column grew over the window. Never negative: two readings of one clock by two
  // threads may be out of order by some nanoseconds.
  int64_t total(size_t column) const;

 private:
  const int64_t* row(size_t n) const { return rows_.data() + n * width_; }
  void push(const int64_t* row) { values_.insert(values_.end(), row, row + width_); }
  void push_between(const int64_t* left, const int64_t* right, const SeriesQuery& asked, Nanos time);
  void append_now(const SeriesQuery& asked);
  void cover_exact_edges(const SeriesQuery& asked);

  size_t width_ = 0;
  size_t samples_ = 0;
  const int64_t* start_ =
      nullptr;  // the exact row at the start where the line does not begin with it, else null
  bool exact_start_ = false;
  bool exact_end_ = false;
  bool open_end_ = false;
  std::vector<int64_t> rows_;  // the copied piece of the series, with a neighbour on each side
  std::vector<int64_t> values_;
};

}  // namespace spanmeter
