#pragma once

#include <optional>

#include "../clock.h"
#include "../sampler/scheduling.h"
#include "../sources/cgroup.h"

namespace spanmeter {

// What the machine offers to the sampler, without what it does not report.
struct Host {
  std::optional<int64_t> page_bytes;
  std::optional<Nanos> clock_resolution;  // of CLOCK_MONOTONIC
  double clock_reading;                   // nanoseconds that it takes to read it
  // Of a thread that asked for it as the sampler does; empty where no thread is to be had.
  std::optional<Promptness> scheduling;
  CgroupFolders::Version cgroup_version;
  CgroupLimits limits;
  std::optional<CgroupThrottling> throttling;  // since the cgroup exists
};

Host probe_host();

}  // namespace spanmeter
