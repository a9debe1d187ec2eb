#include "host.h"

#include <unistd.h>

#include "side_thread.h"

namespace spanmeter {

namespace {

double clock_reading() {
  constexpr int kReadings = 1000;
  const Nanos begin = monotonic_now();
  for (int i = 1; i < kReadings; i++) monotonic_now();
  return static_cast<double>(monotonic_now() - begin) / kReadings;
}

Nanos clock_resolution() {
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC, &resolution);
  return resolution.tv_sec * kSecond + resolution.tv_nsec;
}

std::optional<Promptness> probe_scheduling() {
  Promptness promptness;
  bool started;
  {
    const SideThread thread([&promptness] { promptness = schedule_promptly(); });
    started = thread.started();
  }
  return started ? std::optional(promptness) : std::nullopt;
}

}  // namespace

Host probe_host() {
  Cgroup cgroup;
  return {.page_bytes = sysconf(_SC_PAGESIZE),
          .clock_resolution = clock_resolution(),
          .clock_reading = clock_reading(),
          .scheduling = probe_scheduling(),
          .cgroup_version = cgroup.version(),
          .limits = cgroup.limits(),
          .throttling = cgroup.throttling()};
}

}  // namespace spanmeter
