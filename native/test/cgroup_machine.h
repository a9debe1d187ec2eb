#pragma once

// A machine made of files, for the tests that find their cgroup there.

#include <string>

#include "../core/sources/cgroup.h"
#include "check.h"
#include "temporary_tree.h"

namespace spanmeter {

inline const char* const kMeminfo = "MemTotal:       16308684 kB\nMemFree:         1033748 kB\n";
inline const char* const kStatV2 =
    "usage_usec 73899\nuser_usec 27213\nsystem_usec 46685\ncore_sched.force_idle_usec 0\nnr_periods 7\n"
    "nr_throttled 3\nthrottled_usec 139381\nnr_bursts 0\nburst_usec 0\n";
inline const char* const kStatV1 = "nr_periods 7\nnr_throttled 2\nthrottled_time 127918677\n";
inline const char* const kMountV2 =
    "24 30 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n"
    "31 24 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n";
inline const char* const kV1Container =
    "12:cpuset:/docker/ab12\n5:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n1:name=systemd:/docker/ab12\n"
    "0::/system.slice/containerd.service\n";

// A machine with this in /proc/self.
class Machine : public TemporaryTree {
 public:
  Machine(const std::string& cgroup, const std::string& mountinfo) {
    write("/proc/self/cgroup", cgroup);
    write("/proc/self/mountinfo", mountinfo);
    write("/proc/meminfo", kMeminfo);
  }
  // A file of the cgroup file system.
  void set(const std::string& path, const std::string& content) const {
    write("/sys/fs/cgroup" + path, content + "\n");
  }
};

inline void check_limits(const Machine& machine, double cpu, int64_t memory) {
  const CgroupLimits limits = Cgroup(machine.root()).limits();
  CHECK_EQUAL(limits.cpu_limit.value_or(0), cpu);
  CHECK_EQUAL(limits.memory_limit.value_or(0), memory);
}

}  // namespace spanmeter
