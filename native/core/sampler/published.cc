#include "published.h"

namespace spanmeter {

void Published::set_own_usage(const Usage& usage) {
  own_usage_[0].store(usage.minor_faults, std::memory_order_relaxed);
  own_usage_[1].store(usage.major_faults, std::memory_order_relaxed);
  own_usage_[2].store(usage.voluntary_switches, std::memory_order_relaxed);
  own_usage_[3].store(usage.involuntary_switches, std::memory_order_relaxed);
}

Usage Published::own_usage() const {
  return {own_usage_[0].load(std::memory_order_relaxed), own_usage_[1].load(std::memory_order_relaxed),
          own_usage_[2].load(std::memory_order_relaxed), own_usage_[3].load(std::memory_order_relaxed)};
}

}  // namespace spanmeter
