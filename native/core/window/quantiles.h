#pragma once

#include <array>
#include <vector>

#include "../history/histogram.h"
#include "stretch.h"

namespace spanmeter {

// The distribution of a rate over a stretch, weighted by time. Few pieces are sorted, so that the answer is
// exact; of many it comes from the histogram, off by at most 1/64 of itself (or 0.05 percentage points if
// that is more). Of a window longer than the histogram remembers, it is the distribution of the part that is
// remembered.
class Quantiles {
 public:
  void load(const Stretch& stretch, const Pyramid& series, const Histogram& histogram);

  // The rates, in billionths, that are not exceeded for the given shares (0..1, ascending) of the time; 0 if
  // nothing was loaded.
  static constexpr size_t kShares = 3;
  using Shares = std::array<double, kShares>;
  std::array<double, kShares> at(const Shares& shares) const;

 private:
  bool sort_pieces(const Stretch& stretch, const Pyramid& series);
  bool subtract(const Stretch& stretch, const Pyramid& series, const Histogram& histogram);
  bool add_up_to(uint64_t row, int64_t sign, const Pyramid& series, const Histogram& histogram);
  void add_pieces(const Pyramid& series, uint64_t first, uint64_t last, int64_t sign);

  bool exact_ = false;
  std::vector<Piece> pieces_;
  Histogram::Times times_{};
  size_t lowest_ = 0,
         highest_ = 0;       // the buckets that the window can have time in; of the others times_ is junk
  uint64_t lowest_row_ = 0;  // of all that were read
};

}  // namespace spanmeter
