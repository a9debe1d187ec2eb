#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spanmeter {

// The cgroup of the process in the hierarchy that holds one controller.
struct CgroupFolders {
  enum class Version { kNone, kV1, kV2 };
  Version version = Version::kNone;
  // The own cgroup first, then its ancestors up to the mount point: limits of all of them apply.
  std::vector<std::string> folders;
  int error = 0;  // errno where the kernel's tables could not be read, so that another look may find more
};

// `controller` is "cpu" or "memory"; `root` is put before every path and stands for "/". Nothing is found
// where the hierarchy is not mounted, or where the mount does not lead to the process. In a container the
// path in /proc/self/cgroup is often the host's and not visible; the mount's own folder is then the
// container's cgroup.
CgroupFolders find_cgroup(std::string_view controller, const std::string& root = "");

}  // namespace spanmeter
