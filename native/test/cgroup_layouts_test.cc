// Where the limits and the throttling of a process are found: versions 1 and 2, hosts and containers.

#include <string>

#include "cgroup_machine.h"

namespace spanmeter {
namespace {

constexpr int64_t kMegabyte = 1 << 20;

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

}  // namespace
}  // namespace spanmeter
