#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "history/edge.h"

namespace spanmeter {

// The start edges of the spans that are open. The place of a span that was closed is taken by a later one, so
// that a span costs no allocation.
class OpenSpans {
 public:
  static constexpr size_t kMax = size_t{1} << 17;

  struct Span {
    Edge start;
    uint32_t run;  // of the monitor, in which it was opened
  };

  // Names an open span; never 0. In 31 bits, which JavaScript holds without an allocation.
  using Handle = int32_t;
  static constexpr Handle kLargestHandle = INT32_MAX;

  // 0 when as many spans as possible are open.
  Handle open(const Span& span);
  // Nothing for a handle that is not open, or no longer.
  std::optional<Span> close(Handle handle);

  size_t memory_bytes() const {
    return slots_.capacity() * sizeof(Slot) + free_.capacity() * sizeof(free_[0]);
  }

 private:
  struct Slot {
    Span span;
    uint32_t uses = 0;  // so far: tells a handle from earlier ones of the slot, 16 383 of them
    bool open = false;
  };

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;  // slots to be taken next, from the end
};

}  // namespace spanmeter
