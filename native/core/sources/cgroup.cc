#include "cgroup.h"

#include <cerrno>
#include <string_view>

#include "parse.h"

namespace spanmeter {

namespace {

using Version = CgroupFolders::Version;

// cpu.stat is a dozen short lines, memory.stat and meminfo are some 50.
constexpr size_t kFewLines = 1 << 10;
constexpr size_t kManyLines = 16 << 10;

// Version 1 writes no limit as nearly 2^63, rounded to pages; no machine has 2^60 bytes.
constexpr int64_t kNoMemoryLimit = int64_t{1} << 60;

template <typename T>
void tighten(std::optional<T>& limit, const std::optional<T>& other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

struct Limits {
  std::optional<int64_t> first, second;  // empty for "max" and for -1, too
};

// `error` becomes the errno of what should be there and cannot be read. A cgroup without the controller has
// no such file, which is none.
Limits read_line(const std::string& path, int& error) {
  ProcFile file(path);
  std::string_view text = file.read();
  const std::optional<std::string_view> line = next_line(text);
  if (line) return {parse_field(*line, 0), parse_field(*line, 1)};
  if (file.error() != ENOENT) error = file.error() != 0 ? file.error() : EBADMSG;
  return {};
}

struct CpuQuota {
  double cores;
  Nanos period;
  bool operator<(const CpuQuota& other) const { return cores < other.cores; }
};

std::optional<CpuQuota> read_cpu_quota(Version version, const std::string& folder, int& error) {
  Limits limit;
  if (version == Version::kV2) {
    limit = read_line(folder + "/cpu.max", error);
  } else {
    limit.first = read_line(folder + "/cpu.cfs_quota_us", error).first;
    limit.second = read_line(folder + "/cpu.cfs_period_us", error).first;
  }
  const int64_t quota = limit.first.value_or(0);
  const int64_t period = limit.second.value_or(0);
  // The kernel takes up to a second.
  if (quota == 0 || period == 0 || period > kSecond / kMicrosecond) return std::nullopt;
  return CpuQuota{static_cast<double>(quota) / static_cast<double>(period), period * kMicrosecond};
}

std::optional<int64_t> read_memory_limit(const CgroupFolders& cgroup, int& error) {
  if (cgroup.version == Version::kV1) {
    // Takes in the ancestors that a container does not see, and leaves them out where they do not count.
    ProcFile stat(cgroup.folders.front() + "/memory.stat", kManyLines);
    const std::optional<int64_t> limit = find_value(stat.read(), "hierarchical_memory_limit");
    if (limit) return limit;
  }
  std::optional<int64_t> limit;
  const char* name = cgroup.version == Version::kV2 ? "/memory.max" : "/memory.limit_in_bytes";
  for (const std::string& folder : cgroup.folders) tighten(limit, read_line(folder + name, error).first);
  return limit;
}

std::optional<CgroupThrottling> parse_throttling(std::string_view text, Version version) {
  const bool v2 = version == Version::kV2;
  const std::optional<int64_t> times = find_value(text, "nr_throttled");
  const std::optional<int64_t> time = find_value(text, v2 ? "throttled_usec" : "throttled_time");
  Nanos throttled = 0;
  if (!times || !time || __builtin_mul_overflow(*time, v2 ? kMicrosecond : 1, &throttled))
    return std::nullopt;
  return CgroupThrottling{throttled, *times};
}

// Of the cgroup with the tightest limit. Without any: of the nearest that counts, which a cgroup of version 2
// does if its CPU controller is on, so that a limit set later is noticed.
std::string find_cpu_stat(const CgroupFolders& cgroup, int& error) {
  std::optional<CpuQuota> limit;
  std::string tightest;
  std::string nearest;
  for (const std::string& folder : cgroup.folders) {
    const std::string file = folder + "/cpu.stat";
    ProcFile stat(file, kFewLines);
    const bool counts = parse_throttling(stat.read(), cgroup.version).has_value();
    if (stat.error() != 0 && stat.error() != ENOENT) error = stat.error();
    if (!counts) continue;
    if (nearest.empty()) nearest = file;
    const std::optional<CpuQuota> own = read_cpu_quota(cgroup.version, folder, error);
    if (!own || (limit && !(*own < *limit))) continue;
    limit = own;
    tightest = file;
  }
  return tightest.empty() ? nearest : tightest;
}

}  // namespace

Cgroup::Cgroup(const std::string& root) : root_(root) {
  find();
}

void Cgroup::find() {
  int error = 0;
  found_ = false;  // until all is there: memory may be lacking
  cpu_ = find_cgroup("cpu", root_);
  memory_ = find_cgroup("memory", root_);
  const std::string stat = find_cpu_stat(cpu_, error);
  stat_.emplace(stat, kFewLines);
  found_ = !stat.empty();
  for (const int each : {cpu_.error, memory_.error}) {
    if (each != 0 && each != ENOENT) error = each;
  }
  lost_ = error;
}

CgroupLimits Cgroup::limits() {
  if (lost_ != 0) find();
  CgroupLimits limits;
  int error = lost_;
  std::optional<CpuQuota> quota;
  for (const std::string& folder : cpu_.folders) tighten(quota, read_cpu_quota(cpu_.version, folder, error));
  // Where one is not known, that may be the tightest.
  limits.cpu_known = error == 0;
  if (quota && limits.cpu_known) {
    limits.cpu_limit = quota->cores;
    limits.cpu_period = quota->period;
  }
  error = lost_;
  const std::optional<int64_t> limit = read_memory_limit(memory_, error);
  ProcFile meminfo(root_ + "/proc/meminfo", kManyLines);
  const int64_t total_kb = find_value(meminfo.read(), "MemTotal:").value_or(kNoMemoryLimit);
  // A limit that the machine cannot reach is none.
  if (error == 0 && limit && *limit < kNoMemoryLimit && *limit / 1024 <= total_kb)
    limits.memory_limit = limit;
  return limits;
}

std::optional<CgroupThrottling> Cgroup::throttling() {
  if (lost_ != 0 || !found_) find();
  if (lost_ != 0) return std::nullopt;
  const std::string_view text = stat_->read();
  if (stat_->error() != 0) return std::nullopt;
  const std::optional<CgroupThrottling> result = parse_throttling(text, cpu_.version);
  if (!result) stat_->reject();
  return result;
}

}  // namespace spanmeter
