#pragma once

#include <cstddef>

// The layout of each series of the history. Every value but a gauge is cumulative, so that a window's total
// is one subtraction; word 0 is always the time.

namespace spanmeter {

struct ProcessRow {
  // covered: time so far that was sampled at the full rate; cpu: of the process without the sampler.
  enum : size_t { kTime, kCovered, kCpu, kWidth };
};

struct MemoryRow {
  // resident: a gauge, bytes; area: its integral since the beginning, in MiB times microseconds: fits for
  // years.
  enum : size_t { kTime, kResident, kArea, kWidth };
  static constexpr double kAreaUnit = 1048576.0 * 1000;  // in bytes times nanoseconds
};

struct UsageRow {
  // peak: the highest resident set so far, bytes; sampler: CPU of the sampler itself.
  enum : size_t {
    kTime,
    kMinorFaults,
    kMajorFaults,
    kVoluntarySwitches,
    kInvoluntarySwitches,
    kPeak,
    kSampler,
    kWidth
  };
};

// Bytes.
struct IoRow {
  enum : size_t { kTime, kRead, kWritten, kWidth };
};

struct NetworkRow {
  enum : size_t { kTime, kReceived, kTransmitted, kWidth };
};

struct CgroupRow {
  enum : size_t { kTime, kThrottled /* nanoseconds */, kWidth };
};

struct ThreadRow {
  enum : size_t { kTime, kCpu, kWidth };
};

struct WaitRow {
  enum : size_t { kTime, kRunDelay, kWidth };
};

}  // namespace spanmeter
