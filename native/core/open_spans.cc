#include "open_spans.h"

namespace spanmeter {

namespace {
constexpr int kIndexBits = 17;
constexpr uint32_t kUses = (1u << 14) - 1;  // 1 … kUses, then again from 1
static_assert(OpenSpans::kMax == size_t{1} << kIndexBits);
}  // namespace

OpenSpans::Handle OpenSpans::open(const Span& span) {
  if (free_.empty()) {
    if (slots_.size() == kMax) return 0;
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.span = span;
  slot.uses = slot.uses % kUses + 1;
  slot.open = true;
  return static_cast<Handle>(slot.uses << kIndexBits | index);
}

std::optional<OpenSpans::Span> OpenSpans::close(Handle handle) {
  const uint32_t bits = static_cast<uint32_t>(handle);
  const uint32_t index = bits & (kMax - 1);
  if (handle <= 0 || index >= slots_.size()) return std::nullopt;
  Slot& slot = slots_[index];
  if (!slot.open || slot.uses != bits >> kIndexBits) return std::nullopt;
  slot.open = false;
  free_.push_back(index);
  return slot.span;
}

}  // namespace spanmeter
