#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "../clock.h"
#include "cgroup_paths.h"
#include "proc_file.h"

namespace spanmeter {

// Absent where nothing limits, and where that could not be read.
struct CgroupLimits {
  bool cpu_known = false;               // whether a limit of the CPU would be here
  std::optional<double> cpu_limit;      // in cores
  std::optional<Nanos> cpu_period;      // in which the quota behind it is granted
  std::optional<int64_t> memory_limit;  // in bytes
};

struct CgroupThrottling {
  Nanos throttled;
  int64_t times;  // periods of the quota in which it ran out
};

// What the cgroup of the process (version 1 or 2) allows, and how long it was kept from running by the CPU
// quota. Both are about all processes of the cgroup. The cgroup is the one that was found first.
class Cgroup {
 public:
  // `root` is put before every path and stands for "/".
  explicit Cgroup(const std::string& root = "");

  // Of the hierarchy that holds the CPU controller.
  CgroupFolders::Version version() const { return cpu_.version; }

  // The tightest of the own cgroup and its visible ancestors, as of now. Opens files: for use on demand.
  CgroupLimits limits();

  // Since the cgroup exists, from one file that stays open. Reading it makes the kernel gather figures of all
  // CPUs: not to be done more often than every 100 ms, and by one thread.
  //
  // The kernel adds up the time of each CPU on which threads had to wait, so it can exceed real time; it
  // credits a wait when it ends. The cgroup with the tightest CPU limit answers, which may be an ancestor:
  // its throttling does not appear in the figures of the own one.
  std::optional<CgroupThrottling> throttling();
  // errno of the last throttling().
  int error() const { return lost_ != 0 ? lost_ : stat_->error(); }

 private:
  // Looks for the cgroup, also again where that could not be read or there was none.
  void find();

  const std::string root_;
  CgroupFolders cpu_;
  CgroupFolders memory_;
  std::optional<ProcFile> stat_;
  bool found_ = false;  // a file of throttling; one may come, as where /sys/fs/cgroup is mounted late
  int lost_ = 0;  // errno of find(); nothing is said of throttling then: it may be that of another cgroup
};

}  // namespace spanmeter
