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

std::optional<Nanos> clock_resolution() {
  timespec resolution{};
  if (clock_getres(CLOCK_MONOTONIC, &resolution) != 0) return std::nullopt;
  return resolution.tv_sec * kSecond + resolution.tv_nsec;
}

std::optional<int64_t> page_bytes() {
  const long bytes = sysconf(_SC_PAGESIZE);
  return bytes > 0 ? std::optional<int64_t>(bytes) : std::nullopt;
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
  return {.page_bytes = page_bytes(),
          .clock_resolution = clock_resolution(),
          .clock_reading = clock_reading(),
          .scheduling = probe_scheduling(),
          .cgroup_version = cgroup.version(),
          .limits = cgroup.limits(),
          .throttling = cgroup.throttling()};
}

}  // namespace spanmeter
