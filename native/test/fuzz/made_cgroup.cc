#include "made_cgroup.h"

#include <vector>

#include "made_files.h"

namespace fuzz {
namespace {

constexpr int64_t kMost = INT64_MAX / 1000;  // microseconds of which the nanoseconds fit

struct Folder {
  std::string path;  // below the mount
  std::optional<double> cores;
  std::optional<int64_t> throttled;
  int64_t times = 0;
};

std::string line(const std::string& key, int64_t value) {
  return key + " " + std::to_string(value) + "\n";
}

// The kernel takes periods from a millisecond to a second, and quotas from a millisecond on.
void limit_cpu(Input& input, MadeCgroup& made, const std::string& folder, Folder& truth) {
  const int64_t period = 1000 + input.number(999'000);
  const int64_t quota = 1000 + input.number(int64_t{1} << 40);
  const bool limited = input.chance();
  if (made.v2) {
    const std::string most = limited ? std::to_string(quota) : "max";
    made.files[folder + "/cpu.max"] = most + " " + std::to_string(period) + "\n";
  } else {
    made.files[folder + "/cpu.cfs_quota_us"] = std::to_string(limited ? quota : -1) + "\n";
    made.files[folder + "/cpu.cfs_period_us"] = std::to_string(period) + "\n";
  }
  if (limited) truth.cores = static_cast<double>(quota) / static_cast<double>(period);
}

void count_throttling(Input& input, MadeCgroup& made, const std::string& folder, Folder& truth) {
  const int64_t time = input.number(made.v2 ? kMost : INT64_MAX);
  truth.times = input.number();
  truth.throttled = made.v2 ? time * 1000 : time;
  std::string text = made.v2 ? line("usage_usec", input.number()) + line("user_usec", 1) : "";
  text += line("nr_periods", input.number()) + line("nr_throttled", truth.times);
  text += line(made.v2 ? "throttled_usec" : "throttled_time", time);
  made.files[folder + "/cpu.stat"] = text;
}

void limit_memory(Input& input, MadeCgroup& made, const std::string& folder, std::optional<int64_t>& least) {
  const bool limited = input.chance();
  // Without a limit version 1 says nearly 2^63, in whole pages.
  const int64_t bytes = limited ? input.number(int64_t{1} << 59) / 4096 * 4096 : INT64_MAX / 4096 * 4096;
  const char* name = made.v2 ? "/memory.max" : "/memory.limit_in_bytes";
  made.files[folder + name] = made.v2 && !limited ? "max\n" : std::to_string(bytes) + "\n";
  if (limited && (!least || bytes < *least)) least = bytes;
}

// Blanks of a path, as the kernel writes them in the table of mounts.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char letter : path) text += letter == ' ' ? std::string("\\040") : std::string(1, letter);
  return text;
}

// `path` is that of the cgroup, and `root` the part of it that is mounted.
void place(Input& input, MadeCgroup& made, const std::string& point, const std::string& root,
           const std::string& path) {
  const std::string self = std::string(MadeFiles::kRoot) + "/proc/self";
  std::string& groups = made.files[self + "/cgroup"];
  std::string& mounts = made.files[self + "/mountinfo"];
  mounts = "24 30 0:22 / /proc rw,nosuid shared:12 - proc proc rw\n";
  if (input.chance()) mounts += "25 30 0:9 / /sys/fs/cgroup/other rw - cgroup cgroup rw,pids\n";
  const std::string mount = "31 24 0:27 " + escaped(root.empty() ? "/" : root) + " " + escaped(point) +
                            " rw" + (input.chance() ? " shared:9 master:1" : "") + " - ";
  const std::string own = path.empty() ? "/" : path;
  if (made.v2) {
    if (input.chance()) groups += "3:pids:/elsewhere\n1:name=systemd:/elsewhere\n";
    groups += "0::" + own + "\n";
    mounts += mount + "cgroup2 cgroup2 rw,nsdelegate\n";
  } else {
    groups = "5:memory,cpu,cpuacct:" + own + "\n1:name=systemd:/\n" + (input.chance() ? "0::/other\n" : "");
    mounts += mount + "cgroup cgroup rw,memory,cpu,cpuacct\n";
  }
}

}  // namespace

MadeCgroup make_cgroup(Input& input) {
  MadeCgroup made;
  made.v2 = input.chance();
  const std::string point = input.chance() ? "/sys/fs/cgroup" : "/" + input.word(8) + " " + input.word(8);
  std::string root;
  if (input.chance()) root = "/" + input.word(12);
  std::vector<Folder> folders(1 + input.count(3));
  for (size_t i = 1; i < folders.size(); i++) folders[i].path = folders[i - 1].path + "/" + input.word(12);
  place(input, made, point, root, root + folders.back().path);

  std::optional<int64_t> memory;
  std::vector<Folder>::const_reverse_iterator answering = folders.crend();
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    const std::string path = MadeFiles::kRoot + point + folder->path;
    made.files[path + "/cgroup.procs"] = "1\n";
    if (input.chance()) count_throttling(input, made, path, *folder);
    if (input.chance()) limit_cpu(input, made, path, *folder);
    if (input.chance()) limit_memory(input, made, path, memory);
  }
  for (auto folder = folders.crbegin(); folder != folders.crend(); ++folder) {
    if (folder->cores && (!made.cores || *folder->cores < *made.cores)) made.cores = folder->cores;
    if (!folder->throttled) continue;
    const bool tighter = answering == folders.crend() ||
                         (folder->cores && (!answering->cores || *folder->cores < *answering->cores));
    if (tighter) answering = folder;
  }
  if (answering != folders.crend()) {
    made.throttled = answering->throttled;
    made.times = answering->times;
  }
  const int64_t kilobytes = input.number(int64_t{1} << 49);
  made.files[std::string(MadeFiles::kRoot) + "/proc/meminfo"] =
      "MemTotal:       " + std::to_string(kilobytes) + " kB\nMemFree:         1 kB\n";
  if (memory && *memory / 1024 <= kilobytes) made.memory = memory;
  return made;
}

}  // namespace fuzz
