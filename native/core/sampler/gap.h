#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../clock.h"

namespace spanmeter {

// Why ticks passed without a sample, as far as there is evidence.
//   throttled: the CPU quota of the cgroup was used up
//   stopped:   by a signal, a debugger or the freezer
//   suspended: the machine slept
//   starved:   the sampler could run, but others had the CPU
//   imprecise: a sample was taken, but reading the clocks takes too long here for so short an interval; it is
//              part of the next one
enum class Cause : size_t { kThrottled, kStopped, kSuspended, kStarved, kImprecise, kUnknown, kCount };
constexpr size_t kCauseCount = static_cast<size_t>(Cause::kCount);

// What grew since the sampler was last seen to be well.
struct GapEvidence {
  Nanos length = 0;       // of the gap: from the tick that was due to the sample
  Nanos suspended = 0;    // CLOCK_BOOTTIME over CLOCK_MONOTONIC
  Nanos throttled = 0;    // of the cgroup
  Nanos run_delay = 0;    // of the sampler thread
  int64_t halts = 0;      // how often the sampler thread was taken off its CPU without having gone to sleep
  Nanos process_cpu = 0;  // of the process
};

// One cause must account for half of the gap.
constexpr Cause classify(const GapEvidence& evidence) {
  const auto accounts = [&](Nanos time) { return time * 2 >= evidence.length; };
  // The clock of the ticks stands still meanwhile: a suspension shows by its wake only.
  if (evidence.suspended > kMillisecond) return Cause::kSuspended;
  if (accounts(evidence.throttled))
    return Cause::kThrottled;  // before starved: a throttled thread waits as well
  if (accounts(evidence.run_delay)) return Cause::kStarved;
  if (evidence.halts > 0 && !accounts(evidence.process_cpu)) return Cause::kStopped;
  return Cause::kUnknown;
}

}  // namespace spanmeter
