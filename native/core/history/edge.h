#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "rows.h"

namespace spanmeter {

// A value the machine does not report.
constexpr int64_t kMissing = std::numeric_limits<int64_t>::min();

// X-macro: every counter of an edge, in the order in which they cross to JavaScript. Times in nanoseconds,
// memory in bytes.
// clang-format off
#define SPANMETER_EDGE(X)                                                           \
  X(time) X(cpu) X(sampler) X(thread) X(runDelay) X(resident) X(peak)               \
  X(minorFaults) X(majorFaults) X(voluntarySwitches) X(involuntarySwitches)         \
  X(ioRead) X(ioWritten) X(received) X(transmitted) X(unsure)
// clang-format on

// Every counter at one instant, read by the thread that asks: the exact end of a window. `unsure`: how much
// `cpu` may be off, because the clocks of other threads cannot be read at one instant.
struct Edge {
#define X(name) int64_t name = kMissing;
  SPANMETER_EDGE(X)
#undef X

  // The same values as a row of each series.
  std::array<int64_t, ProcessRow::kWidth> process_row() const {
    return {time, 0, cpu};
  }
  std::array<int64_t, ThreadRow::kWidth> thread_row() const {
    return {time, thread};
  }
  std::array<int64_t, WaitRow::kWidth> wait_row() const {
    return {time, runDelay};
  }
  std::array<int64_t, MemoryRow::kWidth> memory_row() const {
    return {time, resident, 0};
  }
  std::array<int64_t, IoRow::kWidth> io_row() const {
    return {time, ioRead, ioWritten};
  }
  std::array<int64_t, NetworkRow::kWidth> network_row() const {
    return {time, received, transmitted};
  }
  std::array<int64_t, UsageRow::kWidth> usage_row() const {
    return {time, minorFaults, majorFaults, voluntarySwitches, involuntarySwitches, peak, sampler};
  }
};

}  // namespace spanmeter
