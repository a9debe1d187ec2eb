#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "../history/pyramid_reader.h"
#include "series_query.h"

namespace spanmeter {

// A window of a series as a line through points: its values at the start, at each row inside, at the end. Of
// the rows only the first and the last are looked at.
//
// Values at an edge that is not exact are interpolated; where the series does not reach as far as the edge,
// the line is shorter than the window. Where the rows around an edge are gone, the nodes of the finest level
// that still has the moment take their place, and the edge is known to the grain of that level.
//
// Totals run from edge to edge and take exact edges at their word. The line itself prefers interpolation at
// the start of a series with covered time: an edge may have missed the last moments of a thread that had only
// just begun to run, which is little in a total but would be a spike in its first piece.
class Line {
 public:
  // Without a reader there are no rows. False when nothing is known of the window: fewer than two points.
  bool draw(PyramidReader* reader, size_t width, const SeriesQuery& asked);

  bool has_start() const { return has_start_; }
  bool has_rows() const { return has_rows_; }
  bool has_end() const { return has_end_; }
  // Whether the line begins or ends off the grid, with a reading of its own.
  bool exact_start() const { return exact_start_; }
  bool exact_end() const { return exact_end_; }
  // Whether the last piece ends with a reading that is no row, exact at the end or later.
  bool open_end() const { return open_end_; }
  // How much the counters may be off at such ends.
  Nanos start_unsure() const { return start_unsure_; }
  Nanos end_unsure() const { return end_unsure_; }

  // The points; each counts only if the line has it.
  const Row& start() const { return start_; }
  const Row& first() const { return first_; }
  const Row& last() const { return last_; }
  const Row& end() const { return end_; }
  // Where the first and the last row are found.
  uint64_t first_number() const { return first_number_; }
  uint64_t last_number() const { return last_number_; }
  // The levels they were found on: 0 unless the rows are gone. The nodes there reach beyond the edges of the
  // window.
  const PyramidReader::Place& from() const { return from_; }
  const PyramidReader::Place& to() const { return to_; }

  const Row& begin_point() const { return has_start_ ? start_ : first_; }
  const Row& end_point() const { return has_end_ ? end_ : last_; }
  Nanos duration() const { return end_point()[0] - begin_point()[0]; }

  // How much a cumulative column grew over the window. Never negative: two readings of one clock by two
  // threads may be out of order by some nanoseconds.
  int64_t total(size_t column) const {
    return std::max<int64_t>(0, end_point()[column] - (total_start_ ? *total_start_ : begin_point())[column]);
  }
  // Rows of the series that lie in the window, its edges included.
  uint64_t samples() const { return samples_; }
  // How much of the line was sampled at the full rate.
  Nanos covered() const { return covered_; }

 private:
  void draw_edges(const SeriesQuery& asked);
  void draw_start(PyramidReader& reader, const SeriesQuery& asked, const std::optional<Row>& now);
  void draw_end(PyramidReader& reader, const SeriesQuery& asked, const std::optional<Row>& now);
  std::optional<Row> present(PyramidReader& reader, const SeriesQuery& asked) const;
  void cover(const SeriesQuery& asked);
  Row between(const Row& left, const Row& right, const SeriesQuery& asked, Nanos time) const;

  size_t width_ = 0;
  bool has_start_ = false, has_rows_ = false, has_end_ = false;
  bool exact_start_ = false, exact_end_ = false, open_end_ = false;
  Nanos start_unsure_ = 0, end_unsure_ = 0;
  Row start_{}, first_{}, last_{}, end_{};
  std::optional<Row> total_start_;  // the exact start, also where the line begins with an interpolated one
  uint64_t first_number_ = 0, last_number_ = 0;
  PyramidReader::Place from_, to_;
  uint64_t samples_ = 0;
  Nanos covered_ = 0;
};

}  // namespace spanmeter
