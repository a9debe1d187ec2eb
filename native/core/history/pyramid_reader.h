#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pyramid.h"

namespace spanmeter {

using Row = std::array<int64_t, Pyramid::kMaxWidth>;

// One look at a pyramid while its writer goes on writing. Everything is read without a check; still_valid()
// at the end says whether any of it was overwritten meanwhile.
class PyramidReader {
 public:
  // `hurried`: keeps away from the oldest quarter of each ring, which the writer is about to overwrite. For a
  // reader that was overrun before.
  PyramidReader(const Pyramid& pyramid, bool hurried);

  // Rows written when the look began.
  uint64_t head() const { return heads_[0]; }
  // The first of them that was there then.
  uint64_t oldest() const { return oldest_[0]; }

  // A moment on the finest level that still holds it: between the nodes `node` - 1, the last that is not
  // after it, and `node`. Either may not exist.
  struct Place {
    size_t level = 0;
    uint64_t node = 0;
    bool before = false, after = false;
  };
  Place locate(Nanos time) const;

  // The number of the row that a node ends with.
  static uint64_t row_number(size_t level, uint64_t node) {
    return (node + (level > 0 ? 1 : 0)) << (Pyramid::kFanBits * level);
  }
  Row read(size_t level, uint64_t node);
  Extremes extremes(size_t level, uint64_t node);
  // The extremes of the pieces that end with the rows (first, last]. Both must lie on nodes of the level that
  // holds them.
  Extremes fold(uint64_t first, uint64_t last);

  bool still_valid() const;

 private:
  const Pyramid& pyramid_;
  std::array<uint64_t, Pyramid::kLevels> heads_;
  std::array<uint64_t, Pyramid::kLevels> oldest_;
  std::array<uint64_t, Pyramid::kLevels> lowest_read_;
};

}  // namespace spanmeter
