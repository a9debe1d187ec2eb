// Reading a cgroup again and again, where there is none, where its files are garbage, and on this machine.

#include "../core/sources/cgroup.h"

#include <sys/sysinfo.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

#include "cgroup_machine.h"

namespace spanmeter {
namespace {

TEST(cgroup_throttling_is_read_anew_from_the_open_file) {
  const Machine machine("0::/a\n", kMountV2);
  machine.set("/a/cpu.stat", "nr_throttled 1\nthrottled_usec 2");
  Cgroup cgroup(machine.root());
  CHECK_EQUAL(cgroup.throttling().value_or(CgroupThrottling{}).throttled, 2 * kMicrosecond);
  machine.set("/a/cpu.stat", "nr_throttled 11\nthrottled_usec 12");
  CHECK_EQUAL(cgroup.throttling().value_or(CgroupThrottling{}).throttled, 12 * kMicrosecond);
  machine.set("/a/cpu.max", "300000 100000");
  CHECK_EQUAL(cgroup.limits().cpu_limit.value_or(0), 3.0);
  machine.set("/a/cpu.stat", "nr_throttled 11");
  CHECK(!cgroup.throttling());
  CHECK_EQUAL(cgroup.error(), EBADMSG);
  machine.set("/a/cpu.stat", "nr_throttled 11\nthrottled_usec 9223372036854775807");
  CHECK(!cgroup.throttling());
  machine.remove("/sys/fs/cgroup/a");
  CHECK(!cgroup.throttling());
  CHECK_EQUAL(cgroup.error(), ENOENT);
}

TEST(cgroup_of_a_machine_without_any) {
  const TemporaryTree empty;
  Cgroup cgroup(empty.root());
  CHECK(!cgroup.limits().cpu_limit);
  CHECK(!cgroup.limits().memory_limit);
  CHECK(!cgroup.throttling());
  CHECK_EQUAL(cgroup.error(), ENOENT);
}

TEST(cgroup_that_comes_later_is_found) {
  const Machine machine("0::/a\n", kMountV2);
  Cgroup cgroup(machine.root());
  CHECK(!cgroup.throttling());
  machine.set("/a/cpu.stat", "nr_throttled 1\nthrottled_usec 2");
  CHECK_EQUAL(cgroup.throttling().value_or(CgroupThrottling{}).times, 1);
  CHECK_EQUAL(cgroup.error(), 0);
}

// A folder stands for what is there and cannot be read.
TEST(cgroup_whose_own_limit_cannot_be_read_has_none_rather_than_that_of_its_parent) {
  const Machine machine("0::/a/b\n", kMountV2);
  for (const char* folder : {"/a", "/a/b"}) {
    machine.set(std::string(folder) + "/cpu.stat", kStatV2);
    machine.set(std::string(folder) + "/cpu.max", "400000 100000");
    machine.set(std::string(folder) + "/memory.max", "536870912");
  }
  const auto make_unreadable = [&](const char* file) {
    machine.remove(std::string("/sys/fs/cgroup/a/b/") + file);
    machine.set(std::string("/a/b/") + file + "/x", "");
  };
  make_unreadable("cpu.max");
  Cgroup cgroup(machine.root());
  CHECK(!cgroup.limits().cpu_known);
  CHECK(!cgroup.limits().cpu_limit);
  CHECK(!cgroup.throttling());
  CHECK_EQUAL(cgroup.error(), EISDIR);
  // Once it can be, all is known.
  machine.remove("/sys/fs/cgroup/a/b/cpu.max");
  machine.set("/a/b/cpu.max", "150000 100000");
  CHECK_EQUAL(cgroup.limits().cpu_limit.value_or(0), 1.5);
  CHECK_EQUAL(cgroup.throttling().value_or(CgroupThrottling{}).times, 3);
  make_unreadable("memory.max");
  CHECK(!cgroup.limits().memory_limit);
}

TEST(cgroup_is_looked_for_again_where_the_kernel_s_tables_could_not_be_read) {
  const Machine machine("0::/a\n", kMountV2);
  machine.set("/a/cpu.stat", kStatV2);
  machine.write("/proc/self/mountinfo", "31 24 0:27 / /sys/fs/cg");  // cut
  Cgroup cgroup(machine.root());
  CHECK(!cgroup.throttling());
  CHECK_EQUAL(cgroup.error(), EBADMSG);
  machine.write("/proc/self/mountinfo", kMountV2);
  CHECK_EQUAL(cgroup.throttling().value_or(CgroupThrottling{}).times, 3);
}

TEST(cgroup_garbage_is_no_limit) {
  const Machine machine("0::/a\n", kMountV2);
  for (const char* bad :
       {"", "x", "-5 100000", "100000", "100000 0", "0 100000", "1e5 100000", "100000 max"}) {
    machine.set("/a/cpu.max", bad);
    machine.set("/a/memory.max", std::string(bad).substr(0, 2) + "x");
    check_limits(machine, 0, 0);
  }
  machine.write("/sys/fs/cgroup/a/memory.max", "5368");  // cut
  check_limits(machine, 0, 0);
}

void check_sane(const TemporaryTree& machine) {
  Cgroup cgroup(machine.root());
  const CgroupLimits limits = cgroup.limits();
  CHECK(!limits.cpu_limit || (*limits.cpu_limit > 0 && std::isfinite(*limits.cpu_limit)));
  CHECK(!limits.memory_limit || (*limits.memory_limit >= 0 && *limits.memory_limit < int64_t{1} << 60));
  const auto throttling = cgroup.throttling();
  CHECK(!throttling || (throttling->throttled >= 0 && throttling->times >= 0));
  CHECK((cgroup.error() == 0) == throttling.has_value());
  for (const char* controller : {"cpu", "memory"}) {
    for (const std::string& folder : find_cgroup(controller, machine.root()).folders) {
      CHECK(folder.starts_with(machine.root()));
    }
  }
}

TEST(cgroup_survives_random_mutation) {
  struct File {
    std::string path, content;
  };
  const std::string v1_mounts =
      "1002 1000 0:34 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro master:15 - cgroup cgroup rw,cpu,cpuacct\n"
      "1003 1000 0:35 / /sys/fs/cgroup/memory ro master:16 - cgroup cgroup rw,memory\n";
  const File files[] = {
      {"/proc/self/cgroup", kV1Container},
      {"/proc/self/cgroup", "0::/a/b\n"},
      {"/proc/self/mountinfo", kMountV2},
      {"/proc/self/mountinfo", v1_mounts},
      {"/proc/meminfo", kMeminfo},
      {"/sys/fs/cgroup/cpu.max", "50000 100000\n"},
      {"/sys/fs/cgroup/cpu.stat", kStatV2},
      {"/sys/fs/cgroup/memory.max", "536870912\n"},
      {"/sys/fs/cgroup/cpu,cpuacct/cpu.stat", kStatV1},
      {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n"},
      {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
      {"/sys/fs/cgroup/memory/memory.stat", "cache 0\nhierarchical_memory_limit 67108864\n"}};
  const TemporaryTree machine;
  for (const File& file : files) machine.write(file.path, file.content);
  check_sane(machine);
  srand(1);
  for (int i = 0; i < 1'000; i++) {
    // Two files at a time, so that the fixtures of both versions meet each other, too.
    for (int k = 0; k < 2; k++) {
      const File& file = files[static_cast<size_t>(rand()) % std::size(files)];
      machine.write(file.path, rand() % 2 == 0 ? file.content : mutate(file.content));
    }
    check_sane(machine);
  }
}

TEST(cgroup_of_this_machine_is_plausible) {
  Cgroup cgroup;
  const CgroupLimits limits = cgroup.limits();
  struct sysinfo info;
  CHECK_EQUAL(sysinfo(&info), 0);
  CHECK(!limits.cpu_limit || *limits.cpu_limit > 0);
  CHECK(limits.memory_limit.value_or(0) <= static_cast<int64_t>(info.totalram) * info.mem_unit);
  const auto before = cgroup.throttling();
  const auto after = cgroup.throttling();
  CHECK(before.has_value() == after.has_value());
  CHECK(!before || (after->throttled >= before->throttled && after->times >= before->times));
}

}  // namespace
}  // namespace spanmeter
