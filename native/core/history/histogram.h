#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "../clock.h"
#include "series.h"

namespace spanmeter {

// How long a rate was at which value, since the beginning: time in buckets. Two states subtract, so the
// distribution over any window is the difference of two snapshots and of the few pieces beside them.
// Snapshots are taken every 512 rows, and sparser ones are kept for longer.
//
// Buckets are log-linear, 32 to each doubling: a value read back from its bucket is off by at most 1/64 of
// itself, or by 0.05 percentage points below 3.2 %.
class Histogram {
 public:
  static constexpr size_t kGroupBits = 5;
  static constexpr size_t kValueBits = 18;  // of tenths of a percent: up to 262 cores
  static constexpr size_t kBuckets = (kValueBits - kGroupBits + 1) << kGroupBits;
  using Times = std::array<int64_t, kBuckets>;  // nanoseconds

  // Rates are in billionths, as in Pyramid.
  static size_t bucket(int64_t rate) {
    const uint64_t unit = static_cast<uint64_t>(rate < 0 ? 0 : rate) / kUnit;
    const uint64_t value = unit < kLimit ? unit : kLimit - 1;
    const size_t width = static_cast<size_t>(std::bit_width(value));
    const size_t shift = width > kGroupBits + 1 ? width - 1 - kGroupBits : 0;
    return (shift << kGroupBits) + static_cast<size_t>(value >> shift);
  }
  // The middle of a bucket.
  static double rate(size_t bucket) {
    const size_t shift = bucket < (size_t{2} << kGroupBits) ? 0 : (bucket >> kGroupBits) - 1;
    const double low = static_cast<double>((bucket - (shift << kGroupBits)) << shift);
    return (low + static_cast<double>(uint64_t{1} << shift) / 2) * static_cast<double>(kUnit);
  }

  static constexpr uint64_t kRowBits = 9;    // rows between two snapshots, as a power of two
  static constexpr size_t kSparserBits = 3;  // each level has this much fewer
  static constexpr size_t kLevels = 5;

  // Whether a snapshot was taken at one of the rows [first, last].
  static bool snapshot_between(uint64_t first, uint64_t last) {
    return last >> kRowBits != (first - 1) >> kRowBits;
  }

  // For a history of the given number of rows. Null when the memory cannot be had.
  static std::unique_ptr<Histogram> create(size_t rows);
  size_t memory_bytes() const;

  // Writer only: the piece that ends with row n, n > 0.
  void append(uint64_t n, Nanos time, int64_t rate, Nanos length);
  void adopt(const Histogram& other);

  // The state at some row. Row 0, the beginning, needs no memory.
  struct Snapshot {
    uint64_t row = 0;
    size_t level = 0;
    uint64_t number = 0;
  };
  // The newest snapshot at or before a row, or the oldest one after it; on the finest level that has it.
  std::optional<Snapshot> before(uint64_t row) const { return find(row, 0); }
  std::optional<Snapshot> after(uint64_t row) const { return find(row, 1); }
  // Adds the times of a snapshot in the buckets [first, last], multiplied by `sign`. False if it was
  // overwritten meanwhile.
  bool add(const Snapshot& snapshot, int64_t sign, size_t first, size_t last, Times& times) const;

 private:
  std::optional<Snapshot> find(uint64_t row, uint64_t next) const;

  static constexpr uint64_t kUnit = 1'000'000;  // billionths in a tenth of a percent
  static constexpr uint64_t kLimit = uint64_t{1} << kValueBits;

  std::array<std::unique_ptr<Series>, kLevels> levels_;  // a row: its time, then the buckets
  std::array<int64_t, kBuckets + 1> now_{};              // writer only: the next row
};

}  // namespace spanmeter
