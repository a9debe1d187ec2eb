#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace spanmeter {

// Names an open slot; never 0. In 31 bits, which JavaScript holds without an allocation.
using SlotHandle = int32_t;
constexpr SlotHandle kLargestHandle = INT32_MAX;

// Things that are open at the same time, by handle. The place of one that was closed is taken by a later one,
// so that opening costs no allocation.
template <typename T, int kIndexBits = 17>
class Slots {
 public:
  static constexpr uint32_t kMax = uint32_t{1} << kIndexBits;

  // 0 when as many as possible are open, or there is no memory for one more.
  SlotHandle open(const T& value) {
    if (free_.empty() && !grow()) return 0;
    const uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.value = value;
    slot.uses = slot.uses % kUses + 1;
    slot.open = true;
    return static_cast<SlotHandle>(slot.uses << kIndexBits | index);
  }

  // Null for a handle that is not open, or no longer. Valid until the next open().
  T* find(SlotHandle handle) {
    const uint32_t bits = static_cast<uint32_t>(handle);
    const uint32_t index = index_of(handle);
    if (handle <= 0 || index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    return slot.open && slot.uses == bits >> kIndexBits ? &slot.value : nullptr;
  }

  // How many may be open before memory is asked for again.
  size_t capacity() const { return slots_.capacity(); }

  // Of an open handle, and without a need of memory. What was found stays readable until the next open().
  void close(SlotHandle handle) {
    const uint32_t index = index_of(handle);
    slots_[index].open = false;
    free_.push_back(index);
  }

  static uint32_t index_of(SlotHandle handle) { return static_cast<uint32_t>(handle) & (kMax - 1); }
  // Of an index that was opened.
  T& at(uint32_t index) { return slots_[index].value; }

  size_t count() const { return slots_.size() - free_.size(); }
  size_t memory_bytes() const {
    return slots_.capacity() * sizeof(Slot) + free_.capacity() * sizeof(free_[0]);
  }

 private:
  static constexpr uint32_t kUses = (1u << (31 - kIndexBits)) - 1;  // 1 … kUses, then again from 1

  struct Slot {
    T value;
    uint32_t uses = 0;  // so far: tells a handle from the kUses before it of the same slot
    bool open = false;
  };

  bool grow() {
    if (slots_.size() == kMax) return false;
    try {
      // First, so that each slot can be given back.
      if (free_.capacity() < slots_.size() + 1) free_.reserve(2 * slots_.size() + 8);
      slots_.emplace_back();
    } catch (const std::bad_alloc&) {
      return false;
    }
    free_.push_back(static_cast<uint32_t>(slots_.size() - 1));
    return true;
  }

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;  // slots to be taken next, from the end
};

}  // namespace spanmeter
