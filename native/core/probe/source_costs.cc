#include "source_costs.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "../sources/cgroup.h"
#include "../sources/io_counters.h"
#include "../sources/network.h"
#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "../sources/thread_clocks.h"
#include "../sources/usage.h"

namespace spanmeter {

namespace {

// `read` says whether it could. Once before it counts, to open what stays open.
template <typename Read>
std::optional<Nanos> median_cost(int readings, Read read) {
  if (!read()) return std::nullopt;
  std::vector<Nanos> costs;
  for (int i = 0; i < readings; i++) {
    const Nanos before = monotonic_now();
    if (!read()) return std::nullopt;
    costs.push_back(monotonic_now() - before);
  }
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

}  // namespace

std::array<std::optional<Nanos>, kSourceCount> measure_source_costs(int readings) {
  std::array<std::optional<Nanos>, kSourceCount> costs;
  const auto measure = [&](Source source, auto read) {
    costs[static_cast<size_t>(source)] = median_cost(std::max(readings, 1), read);
  };
  ThreadClocks threads;
  measure(Source::kThreads, [&] {
    threads.refresh();
    return threads.error() == 0 && read_clock(CLOCK_PROCESS_CPUTIME_ID).has_value();
  });
  ResidentSet resident;
  measure(Source::kMemory, [&] { return resident.read().has_value(); });
  measure(Source::kFaults,
          [] { return read_usage(RUSAGE_SELF).has_value() && read_usage(RUSAGE_THREAD).has_value(); });
  RunDelay run_delay(static_cast<pid_t>(syscall(SYS_gettid)));
  measure(Source::kSchedstat, [&] { return run_delay.read().has_value(); });
  IoCounters io;
  measure(Source::kIo, [&] { return io.read().has_value(); });
  Network network;
  measure(Source::kNetwork, [&] { return network.read().has_value(); });
  Cgroup cgroup;
  measure(Source::kCgroup, [&] { return cgroup.throttling().has_value(); });
  return costs;
}

}  // namespace spanmeter
