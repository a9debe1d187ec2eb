#include "published.h"

namespace spanmeter {

namespace {
constexpr auto kRelaxed = std::memory_order_relaxed;
}

void Published::set_own_usage(const Usage& usage) {
  own_usage_[0].store(usage.minor_faults, kRelaxed);
  own_usage_[1].store(usage.major_faults, kRelaxed);
  own_usage_[2].store(usage.voluntary_switches, kRelaxed);
  own_usage_[3].store(usage.involuntary_switches, kRelaxed);
}

Usage Published::own_usage() const {
  return {own_usage_[0].load(kRelaxed), own_usage_[1].load(kRelaxed), own_usage_[2].load(kRelaxed),
          own_usage_[3].load(kRelaxed)};
}

}  // namespace spanmeter
