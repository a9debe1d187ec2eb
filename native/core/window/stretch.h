#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../history/pyramid.h"
#include "line.h"
#include "series_query.h"

namespace spanmeter {

// A piece of a line between two neighbouring points, or two pieces joined.
struct Piece {
  Nanos length = 0;
  int64_t value = 0;  // a rate in billionths; of a gauge, its mean
};

// The extremes of a window of a series, by a few dozen reads however long it is: the first and the last piece
// of its line are computed, all others are looked up in the pyramid. An edge that was read off the grid may
// leave a piece too short for a rate; it is joined to its neighbours.
class Stretch {
 public:
  // How the values of a series are summed up.
  struct Shape {
    size_t width;
    Kind kind;
    size_t column;
    bool extremes = true;

    // Of a series that is asked for totals only.
    static constexpr Shape totals(size_t width) { return {width, Kind::kRate, 1, false}; }
  };

  // False when nothing is known of the window. `series` may be null. Where the rows of an edge are gone, the
  // extremes of the node that the edge lies in count as inside.
  bool load(const Pyramid* series, const Shape& shape, const SeriesQuery& asked);

  const Line& line() const { return line_; }
  const Extremes& extremes() const { return extremes_; }

  // The same line for who wants more than extremes: single pieces (of length 0: none), and all pieces that
  // end with the rows (inner_first, inner_last].
  const std::array<Piece, 2>& outer() const { return outer_; }
  uint64_t inner_first() const { return inner_first_; }
  uint64_t inner_last() const { return inner_last_; }

 private:
  bool gives_rate(const Row& left, const Row& right, Nanos unsure) const;
  bool try_load(PyramidReader* reader, const Shape& shape, const SeriesQuery& asked);
  void add_vague(size_t which, const Shape& shape, const Row& left, const Row& right);
  void add_outer(size_t which, const Shape& shape, const Row& left, const Row& right, Nanos gap);
  void add_whole(const Shape& shape, const Row& left, Row right, Nanos gap);
  void add_rows(PyramidReader& reader, const Shape& shape);
  void add_without_rows(PyramidReader* reader, const Shape& shape);
  bool join_first(PyramidReader& reader, Row& left);
  bool join_last(PyramidReader& reader, Row& right);

  size_t column_ = 0;
  int cores_ = 0;
  Line line_;
  Extremes extremes_;
  std::array<Piece, 2> outer_;
  uint64_t inner_first_ = 0, inner_last_ = 0;
};

}  // namespace spanmeter
