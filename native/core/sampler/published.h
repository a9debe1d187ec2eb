#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "../clock.h"
#include "../sources/source.h"
#include "../sources/usage.h"
#include "gap.h"
#include "lateness.h"

namespace spanmeter {

// What the sampler thread reports about itself, each value on its own. Relaxed but where it is said: no value
// publishes another, and a reader that combines two of them tolerates that they are a tick apart.
class Published {
 public:
  std::atomic<Nanos> period{0};
  std::atomic<int64_t> samples{0};
  std::array<std::atomic<int64_t>, kCauseCount> missed{};  // ticks, by cause
  std::atomic<Nanos> longest_gap{0};                       // between two neighbouring samples, while awake
  Lateness lateness;
  std::array<std::atomic<int>, kSourceCount> errors{};  // errno of each source; 0 while it is read

  std::atomic<Nanos> own_cpu{0};  // of the sampler threads, as of the last reading

  // Written by one thread only.
  void lacks_memory() {
    errors[static_cast<size_t>(Source::kThreads)].store(ENOMEM, std::memory_order_relaxed);
  }
  void add_missed(Cause cause, int64_t ticks) { add(missed[static_cast<size_t>(cause)], ticks); }
  void add_gap(Nanos gap) {
    if (gap > longest_gap.load(std::memory_order_relaxed)) longest_gap.store(gap, std::memory_order_relaxed);
  }

  // Faults and switches of the sampler thread itself.
  void set_own_usage(const Usage& usage);
  Usage own_usage() const;

 private:
  static void add(std::atomic<int64_t>& counter, int64_t more) {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  std::array<std::atomic<int64_t>, 4> own_usage_{};
};

}  // namespace spanmeter
