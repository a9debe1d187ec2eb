#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "../clock.h"

namespace spanmeter {

// A fixed ring of rows that grow in time: one writer, any number of readers, the oldest row is overwritten.
// Neither side ever waits. A row is `width` 64-bit words, the first of them its time.
//
// Protocol. The writer of row n raises intent to n + 1, stores the words, raises head to n + 1. A reader
// copies what head says is there and then looks at intent: rows the writer may have touched meanwhile are
// discarded.
//
// Why the memory orders suffice: words are stored with release and loaded with acquire. A reader that saw any
// word of row n therefore also sees intent >= n + 1 (stored before it), so the check afterwards cannot miss
// an overwrite, on any processor the C++ memory model covers. Stand-alone fences would do as well, but
// ThreadSanitizer cannot see them.
class Series {
 public:
  // When the memory becomes resident. A page fault is part of what is being measured, and so is memory that
  // grows: what fills within a minute has all its pages at once. What takes hours has each when it comes to
  // it, and most processes never do.
  enum class Pages { kAtOnce, kAsFilled };

  // Null when the memory cannot be had.
  static std::unique_ptr<Series> create(size_t width, size_t capacity, Pages pages = Pages::kAtOnce);
  ~Series();
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  size_t width() const { return width_; }
  size_t capacity() const { return capacity_; }
  size_t memory_bytes() const { return mapped_bytes_; }

  // Writer only. `row` has width() words and a later time than the row before it.
  void append(const int64_t* row);
  // Writer only, before the first append: takes over the newest rows of another series of the same width,
  // under the numbers they have there.
  void adopt(const Series& other);

  // Rows written so far: they are numbered from 0, the newest is head() - 1.
  uint64_t head() const { return head_.load(std::memory_order_acquire); }
  // The first row that the writer has certainly not begun to overwrite. Asked after rows were read, it says
  // which of them were read whole.
  uint64_t oldest() const {
    const uint64_t intent = intent_.load(std::memory_order_relaxed);  // behind the acquire loads of the words
    return std::max(first_, intent > capacity_ ? intent - capacity_ : 0);
  }

  // One word of a row that was once written. What it returns counts only if the row is still valid
  // afterwards.
  int64_t word(uint64_t row, size_t column) const {
    return words_[(row & (capacity_ - 1)) * width_ + column].load(std::memory_order_acquire);
  }
  void read(uint64_t row, int64_t* values, size_t count) const {
    for (size_t i = 0; i < count; i++) values[i] = word(row, i);
  }
  Nanos time(uint64_t row) const { return word(row, 0); }
  // Of the newest row; 0 without one. Should the row be overwritten meanwhile, then by one that is newer
  // still.
  Nanos newest_time() const {
    const uint64_t end = head();
    return end == 0 ? 0 : time(end - 1);
  }

  // The last row in [first, last] whose time is not after `time`; `first` if there is none.
  uint64_t last_at_or_before(Nanos time, uint64_t first, uint64_t last) const;

  // Copies the rows between two instants, and with them the nearest row before `from` and the nearest after
  // `to` where they are still there. `rows` is overwritten: width() words a row, in order of time. Rows that
  // are overwritten meanwhile are left out; of a ring that is overrun again and again, all.
  void copy(Nanos from, Nanos to, std::vector<int64_t>& rows) const;

 private:
  // The rows that copy() shall look at; nothing if a search was overrun. `hurried`: keeps away from the
  // oldest quarter.
  struct Found {
    uint64_t first, last;
  };
  std::optional<Found> find(Nanos from, Nanos to, bool hurried) const;

  using Word = std::atomic<int64_t>;
  static_assert(Word::is_always_lock_free, "a reader must never wait for the writer");

  Series(Word* words, size_t width, size_t capacity, size_t mapped_bytes);

  Word* const words_;
  const size_t width_;
  const size_t capacity_;  // a power of two
  const size_t mapped_bytes_;
  uint64_t first_ = 0;  // the first row this ring ever held; set before any reader knows of it
  // 0 before the first append, then head_ <= intent_ <= head_ + 1. Kept 128 bytes apart from what readers
  // only read: the adjacent-line prefetcher pulls pairs of cache lines.
  alignas(128) std::atomic<uint64_t> intent_{0};
  std::atomic<uint64_t> head_{0};
};

}  // namespace spanmeter
