#pragma once

#include <limits>

#include "../clock.h"

namespace spanmeter {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

// CPU used over a duration, of one core.
constexpr double percent(Nanos used, Nanos duration) {
  return duration > 0 ? 100.0 * static_cast<double>(used) / static_cast<double>(duration) : 0;
}

// X-macro: every number a window answers with, in the order in which they cross to JavaScript. NaN: not
// known.
// clang-format off
#define SPANMETER_STATS(X)                                                                          \
  X(durationMs) X(samples) X(coverage) X(maxGapMs) X(overheadMs)                                    \
  X(cpuTimeMs) X(cpuAvg) X(cpuMin) X(cpuMax) X(cpuP50) X(cpuP95) X(cpuP99)                          \
  X(threadTimeMs) X(threadAvg) X(threadMax) X(threadWaitMs)                                         \
  X(memoryAvg) X(memoryMin) X(memoryMax) X(memoryStart) X(memoryEnd) X(memoryPeak)                  \
  X(minorFaults) X(majorFaults) X(voluntarySwitches) X(involuntarySwitches)                         \
  X(ioRead) X(ioWritten) X(received) X(transmitted) X(throttledMs) X(cpuLimit) X(memoryLimit)
// clang-format on

struct WindowStats {
#define X(name) double name = kNotKnown;
  SPANMETER_STATS(X)
#undef X
};

}  // namespace spanmeter
