#include "../core/sources/cgroup.h"

#include <sys/sysinfo.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

#include "check.h"
#include "temporary_tree.h"

namespace spanmeter {
namespace {

constexpr int64_t kMegabyte = 1 << 20;

const char* const kMeminfo = "MemTotal:       16308684 kB\nMemFree:         1033748 kB\n";
const char* const kStatV2 =
    "usage_usec 73899\nuser_usec 27213\nsystem_usec 46685\ncore_sched.force_idle_usec 0\nnr_periods 7\n"
    "nr_throttled 3\nthrottled_usec 139381\nnr_bursts 0\nburst_usec 0\n";
const char* const kStatV1 = "nr_periods 7\nnr_throttled 2\nthrottled_time 127918677\n";
const char* const kMountV2 =
    "24 30 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n"
    "31 24 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n";

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

void check_limits(const Machine& machine, double cpu, int64_t memory) {
  const CgroupLimits limits = Cgroup(machine.root()).limits();
  CHECK_EQUAL(limits.cpu_limit.value_or(0), cpu);
  CHECK_EQUAL(limits.memory_limit.value_or(0), memory);
}

void check_throttling(const Machine& machine, Nanos throttled, int64_t times) {
  Cgroup cgroup(machine.root());
  const CgroupThrottling throttling = cgroup.throttling().value_or(CgroupThrottling{-1, -1});
  CHECK_EQUAL(throttling.throttled, throttled);
  CHECK_EQUAL(throttling.times, times);
}

TEST(cgroup_v2_of_a_systemd_scope) {
  const std::string own = "/user.slice/user-1000.slice/user@1000.service/app.slice/node.scope";
  const Machine machine("0::" + own + "\n", kMountV2);
  machine.set(own + "/cpu.max", "50000 100000");
  machine.set(own + "/memory.max", "536870912");
  machine.set(own + "/cpu.stat", kStatV2);
  check_limits(machine, 0.5, 512 * kMegabyte);
  check_throttling(machine, 139381 * kMicrosecond, 3);
}

TEST(cgroup_v2_without_limits) {
  const Machine machine("0::/system.slice/node.service\n", kMountV2);
  machine.set("/system.slice/node.service/cpu.max", "max 100000");
  machine.set("/system.slice/node.service/memory.max", "max");
  machine.set("/system.slice/node.service/cpu.stat", kStatV2);
  check_limits(machine, 0, 0);
  check_throttling(machine, 139381 * kMicrosecond, 3);
}

TEST(cgroup_limit_is_the_tightest_on_the_way_up) {
  const Machine machine("0::/a/b/c\n", kMountV2);
  machine.set("/a/b/c/cpu.max", "400000 100000");
  machine.set("/a/b/cpu.max", "max 100000");
  machine.set("/a/cpu.max", "30000 20000");
  CHECK_EQUAL(Cgroup(machine.root()).limits().cpu_period.value_or(0), 20 * kMillisecond);
  machine.set("/a/b/c/memory.max", "max");
  machine.set("/a/b/memory.max", "1073741824");
  machine.set("/a/memory.max", "2147483648");
  machine.set("/a/b/c/cpu.stat", "nr_periods 9\nnr_throttled 0\nthrottled_usec 0");
  machine.set("/a/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_usec 5");
  check_limits(machine, 1.5, 1024 * kMegabyte);
  check_throttling(machine, 5 * kMicrosecond, 4);  // of the one that throttles
}

TEST(cgroup_v2_whose_controllers_are_off_asks_the_one_above) {
  const Machine machine("0::/a/b\n", kMountV2);
  machine.set("/a/b/cpu.stat", "usage_usec 1\nuser_usec 1\nsystem_usec 0");
  machine.set("/a/cpu.stat", kStatV2);
  machine.set("/cpu.stat", "usage_usec 1\nuser_usec 1\nsystem_usec 0");
  check_limits(machine, 0, 0);
  check_throttling(machine, 139381 * kMicrosecond, 3);
}

TEST(cgroup_v2_in_a_container_with_a_namespace) {
  const Machine machine(
      "0::/\n", "1463 1462 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw\n");
  machine.set("/cpu.max", "150000 100000");
  machine.set("/memory.max", "268435456");
  machine.set("/cpu.stat", kStatV2);
  check_limits(machine, 1.5, 256 * kMegabyte);
  check_throttling(machine, 139381 * kMicrosecond, 3);
}

const char* const kV1Container =
    "12:cpuset:/docker/ab12\n5:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n1:name=systemd:/docker/ab12\n"
    "0::/system.slice/containerd.service\n";

void set_v1(const Machine& machine, const std::string& below) {
  machine.set("/cpu,cpuacct" + below + "/cpu.cfs_quota_us", "250000");
  machine.set("/cpu,cpuacct" + below + "/cpu.cfs_period_us", "100000");
  machine.set("/cpu,cpuacct" + below + "/cpu.stat", kStatV1);
  machine.set("/memory" + below + "/memory.limit_in_bytes", "134217728");
}

TEST(cgroup_v1_in_a_container) {
  const Machine machine(
      kV1Container,
      "1001 1000 0:33 /docker/ab12 /sys/fs/cgroup/cpuset ro,relatime master:14 - cgroup cgroup rw,cpuset\n"
      "1002 1000 0:34 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro,relatime master:15 - cgroup cgroup "
      "rw,cpu,cpuacct\n"
      "1003 1000 0:35 /docker/ab12 /sys/fs/cgroup/memory ro,relatime master:16 - cgroup cgroup rw,memory\n");
  set_v1(machine, "");
  check_limits(machine, 2.5, 128 * kMegabyte);
  check_throttling(machine, 127918677, 2);
  // A limit of an ancestor that the container does not see.
  machine.set("/memory/memory.stat", "cache 0\nhierarchical_memory_limit 67108864\ntotal_cache 0");
  check_limits(machine, 2.5, 64 * kMegabyte);
}

TEST(cgroup_path_of_the_host_is_not_visible_in_a_container) {
  const Machine machine(kV1Container,
                        "1002 1000 0:34 / /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
                        "1003 1000 0:35 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  set_v1(machine, "");
  check_limits(machine, 2.5, 128 * kMegabyte);
  check_throttling(machine, 127918677, 2);
}

TEST(cgroup_v1_values_that_mean_no_limit) {
  const Machine machine("2:memory:/\n1:cpu:/\n",
                        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu\n"
                        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  set_v1(machine, "");
  machine.set("/cpu,cpuacct/cpu.cfs_quota_us", "-1");
  for (const char* none : {"9223372036854771712", "9223372036854775807", "18446744073709551615", "-1",
                           "1152921504606846976", "16700096512"}) {
    machine.set("/memory/memory.limit_in_bytes", none);
    check_limits(machine, 0, 0);
    machine.set("/memory/memory.stat", std::string("hierarchical_memory_limit ") + none);
    check_limits(machine, 0, 0);
    machine.remove("/sys/fs/cgroup/memory/memory.stat");
  }
  machine.set("/memory/memory.limit_in_bytes", "16700092416");  // all that the machine has
  check_limits(machine, 0, 16700092416);
  machine.remove("/proc/meminfo");
  machine.set("/memory/memory.limit_in_bytes", "1152921504606846975");
  check_limits(machine, 0, 1152921504606846975);
  machine.set("/memory/memory.limit_in_bytes", "9223372036854771712");
  check_limits(machine, 0, 0);
}

TEST(cgroup_hybrid_takes_each_controller_where_it_is) {
  const Machine machine("4:memory:/jobs/one\n3:cpuset:/\n2:cpuacct:/\n1:name=systemd:/\n0::/jobs/one\n",
                        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
                        "33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
                        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
                        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
  machine.set("/memory/memory.limit_in_bytes", "9223372036854771712");
  machine.set("/memory/jobs/memory.limit_in_bytes", "33554432");
  machine.set("/memory/jobs/one/memory.limit_in_bytes", "9223372036854771712");
  machine.set("/unified/jobs/one/memory.max", "4096");  // not where the controller is
  machine.set("/unified/jobs/one/cpu.max", "70000 100000");
  machine.set("/unified/jobs/one/cpu.stat", kStatV2);
  check_limits(machine, 0.7, 32 * kMegabyte);
  check_throttling(machine, 139381 * kMicrosecond, 3);
}

TEST(cgroup_of_a_mount_that_is_about_others_is_not_taken) {
  const char* const beside = "50 24 0:27 /docker/other /mnt/other rw - cgroup2 cgroup2 rw\n";
  const Machine machine("0::/docker/own:1\n", std::string(beside) + kMountV2);
  machine.write("/mnt/other/cpu.max", "10000 100000\n");
  machine.set("/docker/own:1/cpu.max", "20000 100000");
  check_limits(machine, 0.2, 0);
  machine.write("/proc/self/mountinfo", beside);
  check_limits(machine, 0, 0);
  // "/docker/own" is not above "/docker/own:1".
  machine.write("/mnt/other:1/cpu.max", "10000 100000\n");
  machine.write("/proc/self/mountinfo", "50 24 0:27 /docker/own /mnt/other rw - cgroup2 cgroup2 rw\n");
  check_limits(machine, 0, 0);
}

TEST(cgroup_beside_the_root_of_its_namespace) {
  const Machine machine("0::/../other\n", kMountV2);
  machine.set("/cpu.max", "10000 100000");
  machine.write("/sys/fs/other/cpu.max", "20000 100000\n");
  check_limits(machine, 0, 0);
  // A mount of the parent namespace shows it.
  machine.write("/proc/self/mountinfo", "50 24 0:27 /.. /sys/fs rw - cgroup2 cgroup2 rw\n");
  check_limits(machine, 0.2, 0);
  // The namespace's own root lies somewhere below that mount.
  machine.write("/proc/self/cgroup", "0::/\n");
  machine.write("/sys/fs/cpu.max", "90000 100000\n");
  check_limits(machine, 0.9, 0);
}

TEST(cgroup_names_may_hold_blanks) {
  const Machine machine("0::/my app\n",
                        "50 24 0:27 / /sys/fs/c\\040g rw,relatime shared:1 master:2 - cgroup2 none rw\n");
  machine.write("/sys/fs/c g/my app/cpu.max", "10000 100000\n");
  check_limits(machine, 0.1, 0);
}

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
