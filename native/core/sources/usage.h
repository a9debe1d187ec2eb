#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>

namespace spanmeter {

// What getrusage(2) counts exactly, per event. Its CPU times are not used: they are stale by up to a
// scheduler tick.
struct Usage {
  int64_t minor_faults = 0;
  int64_t major_faults = 0;
  int64_t voluntary_switches = 0;
  int64_t involuntary_switches = 0;

  Usage operator-(const Usage& other) const {
    return {minor_faults - other.minor_faults, major_faults - other.major_faults,
            voluntary_switches - other.voluntary_switches, involuntary_switches - other.involuntary_switches};
  }
  Usage operator+(const Usage& other) const { return *this - (Usage{} - other); }
};

// `who` is RUSAGE_SELF or RUSAGE_THREAD. `peak_bytes`, if asked for, is the highest resident set so far.
inline std::optional<Usage> read_usage(int who, int64_t* peak_bytes = nullptr) {
  rusage usage;
  if (getrusage(who, &usage) != 0) return std::nullopt;
  if (peak_bytes != nullptr) *peak_bytes = static_cast<int64_t>(usage.ru_maxrss) * 1024;
  return Usage{usage.ru_minflt, usage.ru_majflt, usage.ru_nvcsw, usage.ru_nivcsw};
}

}  // namespace spanmeter
