#include "histogram.h"

#include <algorithm>

namespace spanmeter {

namespace {
// Of the sparser levels: 64 snapshots of the highest reach back for 37 hours at 1 kHz. What is older than the
// finest level is known to 1/8 of its age.
constexpr size_t kKept = 64;
}  // namespace

std::unique_ptr<Histogram> Histogram::create(size_t rows) {
  auto histogram = std::make_unique<Histogram>();
  for (size_t level = 0; level < kLevels; level++) {
    const size_t wanted = (rows >> (kRowBits + kSparserBits * level)) + 2;
    const size_t capacity = level == 0 ? wanted : std::max(kKept, wanted);
    const auto pages = level == 0 ? Series::Pages::kAtOnce : Series::Pages::kAsFilled;
    histogram->levels_[level] = Series::create(kBuckets + 1, capacity, pages);
    if (!histogram->levels_[level]) return nullptr;
  }
  return histogram;
}

size_t Histogram::memory_bytes() const {
  size_t bytes = sizeof *this;
  for (const auto& level : levels_) bytes += level->memory_bytes();
  return bytes;
}

void Histogram::append(uint64_t n, Nanos time, int64_t rate, Nanos length) {
  now_[1 + bucket(rate)] += length;
  now_[0] = time;
  for (size_t level = 0; level < kLevels; level++) {
    if ((n & ((uint64_t{1} << (kRowBits + kSparserBits * level)) - 1)) != 0) return;
    levels_[level]->append(now_.data());
  }
}

void Histogram::adopt(const Histogram& other) {
  for (size_t level = 0; level < kLevels; level++) levels_[level]->adopt(*other.levels_[level]);
  now_ = other.now_;
}

// Snapshot k of a level was taken at row (k + 1) << bits.
std::optional<Histogram::Snapshot> Histogram::find(uint64_t row, uint64_t next) const {
  for (size_t level = 0; level < kLevels; level++) {
    const Series& series = *levels_[level];
    const uint64_t bits = kRowBits + kSparserBits * level;
    const uint64_t count = (row >> bits) + next;
    if (count == 0) return Snapshot{};
    if (count <= series.head() && count - 1 >= series.oldest())
      return Snapshot{count << bits, level, count - 1};
  }
  // Before all that is remembered: the oldest snapshot comes after it.
  const Series& last = *levels_[kLevels - 1];
  const uint64_t bits = kRowBits + kSparserBits * (kLevels - 1);
  const uint64_t oldest = last.oldest();
  if (next == 0 || oldest >= last.head() || (oldest + 1) << bits <= row) return std::nullopt;
  return Snapshot{(oldest + 1) << bits, kLevels - 1, oldest};
}

bool Histogram::add(const Snapshot& snapshot, int64_t sign, size_t first, size_t last, Times& times) const {
  if (snapshot.row == 0) return true;
  const Series& series = *levels_[snapshot.level];
  for (size_t i = first; i <= last; i++) times[i] += sign * series.word(snapshot.number, i + 1);
  return snapshot.number >= series.oldest();
}

}  // namespace spanmeter
