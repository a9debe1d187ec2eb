#pragma once

#include <cstddef>
#include <vector>

#include "twin_points.h"

namespace spanmeter {

// The naive twin of Stretch and Quantiles: every piece one by one.
//
// The slopes of a counter between neighbouring points, in % (100 = one second per second), each with the time
// it held. Edges that were read off the grid may leave a piece too short for a rate; it is joined to its
// neighbours until it is as long as the next one, and long enough for what the edge may be off.
class Rates {
 public:
  void load(const Points& points, size_t column, Nanos start_unsure = 0, Nanos end_unsure = 0);

  bool empty() const { return pieces_.empty(); }
  double min() const;
  double max() const;
  // The rate that is not exceeded for the given share (0..1) of the time. Sorts the pieces.
  double quantile(double share);

 private:
  struct Piece {
    double percent;
    double weight;  // nanoseconds
  };
  std::vector<Piece> pieces_;
  bool sorted_ = false;
};

}  // namespace spanmeter
