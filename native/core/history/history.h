#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "../clock.h"
#include "histogram.h"
#include "pyramid.h"

namespace spanmeter {

// Slow-moving values are read at most this often; the tick itself stays cheap.
constexpr Nanos kMemoryInterval = 4 * kMillisecond;
constexpr Nanos kUsageInterval = 20 * kMillisecond;
constexpr Nanos kWaitInterval = 10 * kMillisecond;
constexpr Nanos kIoInterval = 20 * kMillisecond;
constexpr Nanos kNetworkInterval = 100 * kMillisecond;
constexpr Nanos kCgroupInterval = 100 * kMillisecond;
constexpr Nanos kSlowestInterval = std::max(kNetworkInterval, kCgroupInterval);

// How much to keep: `length` of time at a tick each `period`.
struct HistorySize {
  Nanos period = kMillisecond;
  Nanos length = 30 * kSecond;

  // Rows for values read each tick, but not more often than `interval`.
  size_t rows(Nanos interval = 0) const;
  // Whether memory of this size serves another one as well.
  bool holds(const HistorySize& other) const;
};

// What the sampler knows of the process.
struct ProcessHistory {
  // Null when the memory cannot be had.
  static std::shared_ptr<ProcessHistory> create(const HistorySize& size);
  void adopt(const ProcessHistory& other);
  size_t memory_bytes() const;

  // Writer only: a row of the process series; its rate goes into the distribution as well.
  void append_process(const int64_t* row);

  HistorySize size;                      // it was made for
  std::unique_ptr<Pyramid> process;      // ProcessRow, by the rate of kCpu
  std::unique_ptr<Histogram> cpu_rates;  // of the same
  std::unique_ptr<Pyramid> memory;       // MemoryRow, by kResident
  std::unique_ptr<Pyramid> usage;        // UsageRow; the rest is asked for totals only
  std::unique_ptr<Pyramid> io;           // IoRow
  std::unique_ptr<Pyramid> network;      // NetworkRow
  std::unique_ptr<Pyramid> cgroup;       // CgroupRow

 private:
  std::array<const std::unique_ptr<Pyramid>*, 6> all() const {
    return {&process, &memory, &usage, &io, &network, &cgroup};
  }
};

// What the sampler knows of one JavaScript thread.
struct ThreadHistory {
  static std::shared_ptr<ThreadHistory> create(pid_t tid, const HistorySize& size);
  void adopt(const ThreadHistory& other);
  size_t memory_bytes() const;

  pid_t tid = 0;
  HistorySize size;               // it was made for
  std::unique_ptr<Pyramid> cpu;   // ThreadRow, by the rate of kCpu
  std::unique_ptr<Pyramid> wait;  // WaitRow
};

}  // namespace spanmeter
