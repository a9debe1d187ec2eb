#include "published.h"

namespace spanmeter {

namespace {
constexpr auto kRelaxed = std::memory_order_relaxed;
}

void Published::set_active(const std::vector<pid_t>& tids) {
  if (tids.size() > kMaxActive) return forget_active();
  for (size_t i = 0; i < tids.size(); i++) active_[i].store(tids[i], kRelaxed);
  active_count_.store(tids.size(), kRelaxed);
}

// A thread id that is out of date costs a failed clock read, nothing else.
std::optional<int> Published::refresh_active(pid_t self) const {
  const size_t count = active_count_.load(kRelaxed);
  if (count == kUnknown) return std::nullopt;
  int others = 0;
  for (size_t i = 0; i < count; i++) {
    const pid_t tid = active_[i].load(kRelaxed);
    if (tid == self) continue;
    read_clock(thread_cpu_clock(tid));
    others++;
  }
  return others;
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
