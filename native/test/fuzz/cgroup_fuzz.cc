#include <cmath>

#include "../../core/sources/cgroup.h"
#include "made_cgroup.h"
#include "made_files.h"
#include "target.h"

namespace {

using fuzz::Input;
using fuzz::MadeCgroup;
using fuzz::MadeFiles;
using spanmeter::Cgroup;
using spanmeter::CgroupLimits;
using spanmeter::CgroupThrottling;

void write(const MadeCgroup& made) {
  MadeFiles::clear();
  for (const auto& [path, content] : made.files) MadeFiles::put(path, content);
}

void check_possible(Cgroup& cgroup) {
  const CgroupLimits limits = cgroup.limits();
  PROMISE(limits.cpu_limit.has_value() == limits.cpu_period.has_value());
  PROMISE(!limits.cpu_limit || (std::isfinite(*limits.cpu_limit) && *limits.cpu_limit > 0));
  PROMISE(!limits.cpu_period || (*limits.cpu_period > 0 && *limits.cpu_period <= spanmeter::kSecond));
  PROMISE(!limits.memory_limit || (*limits.memory_limit >= 0 && *limits.memory_limit < int64_t{1} << 60));
  const std::optional<CgroupThrottling> throttling = cgroup.throttling();
  PROMISE(throttling.has_value() == (cgroup.error() == 0));
  PROMISE(!throttling || (throttling->throttled >= 0 && throttling->times >= 0));
}

TARGET(cgroup) {
  const MadeCgroup made = fuzz::make_cgroup(input);
  write(made);
  if (input.chance()) MadeFiles::hand_out(512 + input.count(600));
  Cgroup cgroup(MadeFiles::kRoot);
  using Version = spanmeter::CgroupFolders::Version;
  PROMISE(cgroup.version() == (made.v2 ? Version::kV2 : Version::kV1));
  const CgroupLimits limits = cgroup.limits();
  PROMISE(limits.cpu_limit == made.cores);
  PROMISE(limits.memory_limit == made.memory);
  const std::optional<CgroupThrottling> throttling = cgroup.throttling();
  PROMISE(throttling.has_value() == made.throttled.has_value());
  PROMISE(!throttling || (throttling->throttled == *made.throttled && throttling->times == made.times));
  check_possible(cgroup);
}

// Some of the files are something else, before it is looked for or after.
TARGET(damaged_cgroup) {
  const MadeCgroup made = fuzz::make_cgroup(input);
  write(made);
  std::optional<Cgroup> early;
  if (input.chance()) early.emplace(MadeFiles::kRoot);
  for (const auto& [path, content] : made.files) {
    if (input.count(2) == 0) MadeFiles::put(path, input.damage(content));
  }
  if (early) check_possible(*early);
  Cgroup cgroup(MadeFiles::kRoot);
  check_possible(cgroup);
}

}  // namespace
