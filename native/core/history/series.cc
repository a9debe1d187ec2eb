#include "series.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>

namespace spanmeter {

std::unique_ptr<Series> Series::create(size_t width, size_t capacity, Pages pages) {
  const size_t rows = std::bit_ceil(std::max<size_t>(capacity, 2));
  const size_t bytes = rows * width * sizeof(Word);
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (pages == Pages::kAtOnce ? MAP_POPULATE : 0);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // The kernel's zeros are words of 0. To construct each would touch all pages.
  std::unique_ptr<Series> series(new (std::nothrow) Series(static_cast<Word*>(memory), width, rows, bytes));
  if (series == nullptr) munmap(memory, bytes);
  return series;
}

Series::Series(Word* words, size_t width, size_t capacity, size_t mapped_bytes)
    : words_(words), width_(width), capacity_(capacity), mapped_bytes_(mapped_bytes) {}

Series::~Series() {
  munmap(words_, mapped_bytes_);
}

void Series::append(const int64_t* values) {
  const uint64_t n = head_.load(std::memory_order_relaxed);  // this thread is the only one that stores it
  intent_.store(n + 1, std::memory_order_relaxed);           // ordered before the words by their release
  Word* words = words_ + (n & (capacity_ - 1)) * width_;
  for (size_t i = 0; i < width_; i++) words[i].store(values[i], std::memory_order_release);
  head_.store(n + 1, std::memory_order_release);
}

void Series::adopt(const Series& other) {
  const uint64_t end = other.head();
  const uint64_t count = std::min<uint64_t>(end - other.oldest(), capacity_);
  for (uint64_t n = end - count; n < end; n++) {
    Word* words = words_ + (n & (capacity_ - 1)) * width_;
    for (size_t i = 0; i < width_; i++) words[i].store(other.word(n, i), std::memory_order_relaxed);
  }
  // Rows below end - count are not there; a larger ring must not pretend that it still holds them.
  first_ = end - count;
  // Relaxed, as all of it: who hands the ring to its readers orders what was written into it before.
  head_.store(end, std::memory_order_relaxed);
}

// Times grow almost evenly, so the place is guessed and then searched for around the guess: a handful of
// reads where a plain binary search takes twenty. A row that is overwritten meanwhile shows a time later than
// its place allows; the search then ends too early in the ring, never past the end, and the caller discards
// what is not valid.
uint64_t Series::last_at_or_before(Nanos time, uint64_t first, uint64_t last) const {
  const Nanos earliest = this->time(first);
  const Nanos latest = this->time(last);
  if (time >= latest) return last;
  if (time <= earliest || latest <= earliest) return first;
  const double share = static_cast<double>(time - earliest) / static_cast<double>(latest - earliest);
  const uint64_t guess = first + static_cast<uint64_t>(share * static_cast<double>(last - first));
  // Here time(first) <= time < time(last): gallop from the guess until it is enclosed again.
  for (uint64_t step = 1;; step *= 4) {
    const uint64_t low = guess > first + step ? guess - step : first;
    const uint64_t high = std::min(guess + step, last);
    if (low == first || this->time(low) <= time) {
      if (high == last || this->time(high) > time) {
        first = low;
        last = high;
        break;
      }
    }
  }
  while (last - first > 1) {
    const uint64_t middle = first + (last - first) / 2;
    if (this->time(middle) <= time) {
      first = middle;
    } else {
      last = middle;
    }
  }
  return first;
}

std::optional<Series::Found> Series::find(Nanos from, Nanos to, bool hurried) const {
  const uint64_t end = head();
  uint64_t begin = oldest();
  if (hurried) begin += capacity_ / 4;
  begin = std::min(begin, end - 1);
  const uint64_t first = last_at_or_before(from, begin, end - 1);
  const uint64_t last = std::min(last_at_or_before(to, first, end - 1) + 1, end - 1);
  // The row at which the search began was overwritten: it ended anywhere.
  if (oldest() > begin) return std::nullopt;
  return Found{first, last};
}

void Series::copy(Nanos from, Nanos to, std::vector<int64_t>& rows) const {
  constexpr int kAttempts = 4;
  rows.clear();
  if (head() == 0) return;
  std::optional<Found> found = find(from, to, false);
  for (int attempt = 1; !found && attempt < kAttempts; attempt++) found = find(from, to, true);
  if (!found) return;
  const auto [first, last] = *found;

  rows.reserve((last - first + 1) * width_);
  for (uint64_t n = first; n <= last; n++) {
    for (size_t i = 0; i < width_; i++) rows.push_back(word(n, i));
  }
  const uint64_t valid = oldest();
  if (valid > first) {
    const uint64_t lost = std::min(valid - first, last - first + 1);
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(lost * width_));
  }
}

}  // namespace spanmeter
