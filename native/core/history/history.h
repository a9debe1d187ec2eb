#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>

#include "../clock.h"
#include "series.h"

namespace spanmeter {

// Slow-moving values are read at most this often; the tick itself stays cheap.
constexpr Nanos kMemoryInterval = kMillisecond;
constexpr Nanos kUsageInterval = 10 * kMillisecond;
constexpr Nanos kWaitInterval = 10 * kMillisecond;

// How much to keep: `span` of time at a tick each `period`.
struct HistorySize {
  Nanos period = kMillisecond;
  Nanos span = 30 * kSecond;

  // Rows for values read each tick, but not more often than `interval`.
  size_t rows(Nanos interval = 0) const;
};

// What the sampler knows of the process.
struct ProcessHistory {
  // Null when the memory cannot be had.
  static std::shared_ptr<ProcessHistory> create(const HistorySize& size);
  void adopt(const ProcessHistory& other);
  size_t memory_bytes() const;

  std::unique_ptr<Series> process;  // ProcessRow
  std::unique_ptr<Series> memory;   // MemoryRow
  std::unique_ptr<Series> usage;    // UsageRow
};

// What the sampler knows of one JavaScript thread.
struct ThreadHistory {
  static std::shared_ptr<ThreadHistory> create(pid_t tid, const HistorySize& size);
  void adopt(const ThreadHistory& other);
  size_t memory_bytes() const;

  pid_t tid = 0;
  std::unique_ptr<Series> cpu;   // ThreadRow
  std::unique_ptr<Series> wait;  // WaitRow
};

}  // namespace spanmeter
