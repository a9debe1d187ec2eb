#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "../clock.h"

namespace spanmeter {

// How late samples were taken after their tick: a histogram with eight buckets to each power of two, so that
// a quantile is at most one eighth too high. One writer, any number of readers.
class Lateness {
 public:
  void record(Nanos late) {
    const uint64_t value = late > 0 ? static_cast<uint64_t>(late) : 0;
    // Statistics of their own, nothing is published through them: relaxed.
    std::atomic<uint64_t>& count = counts_[bucket(value)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (late > max_.load(std::memory_order_relaxed)) max_.store(late, std::memory_order_relaxed);
  }

  Nanos max() const { return max_.load(std::memory_order_relaxed); }

  // The value that the given share (0..1) of all records does not exceed; 0 without records.
  Nanos quantile(double share) const {
    uint64_t total = 0;
    std::array<uint64_t, kBuckets> counts;
    for (size_t i = 0; i < kBuckets; i++) total += counts[i] = counts_[i].load(std::memory_order_relaxed);
    const double wanted = share * static_cast<double>(total);
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets; i++) {
      seen += counts[i];
      if (seen > 0 && static_cast<double>(seen) >= wanted) return std::min(upper_bound(i), max());
    }
    return 0;
  }

 private:
  static constexpr int kGroupBits = 3;
  static constexpr uint64_t kGroup = uint64_t{1} << kGroupBits;
  static constexpr size_t kBuckets = (64 - kGroupBits + 1) * kGroup;

  static size_t bucket(uint64_t value) {
    if (value < kGroup) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - kGroupBits;
    return static_cast<size_t>(shift) * kGroup + (value >> shift);
  }
  static Nanos upper_bound(size_t bucket) {
    if (bucket < 2 * kGroup) return static_cast<Nanos>(bucket);
    const size_t shift = bucket / kGroup - 1;
    return static_cast<Nanos>(((bucket % kGroup + kGroup + 1) << shift) - 1);
  }

  std::array<std::atomic<uint64_t>, kBuckets> counts_{};
  std::atomic<Nanos> max_{0};
};

}  // namespace spanmeter
