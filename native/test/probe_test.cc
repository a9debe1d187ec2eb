#include <sched.h>
#include <unistd.h>

#include "../core/probe/clock_step.h"
#include "../core/probe/host.h"
#include "../core/probe/source_costs.h"
#include "check.h"

namespace spanmeter {
namespace {

TEST(the_clock_of_the_process_moves_by_a_tick_or_less_at_once) {
  const auto step = process_clock_step(200 * kMillisecond);
  // The slowest tick that Linux can be built with is 10 ms. On a busy machine nothing may be seen.
  if (step) CHECK(*step > 0 && *step < 11 * kMillisecond);
}

TEST(two_threads_on_one_cpu_see_no_step) {
  cpu_set_t all, one;
  sched_getaffinity(0, sizeof all, &all);
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
  CHECK(!process_clock_step(100 * kMillisecond));
  sched_setaffinity(0, sizeof all, &all);
}

TEST(the_costs_of_sources_fit_into_the_time_it_took_to_measure_them) {
  constexpr int kReadings = 100;
  const Nanos begin = monotonic_now();
  const auto costs = measure_source_costs(kReadings);
  const Nanos took = monotonic_now() - begin;
  Nanos sum = 0;
  for (const auto& cost : costs) {
    if (!cost) continue;
    CHECK(*cost > 0);
    sum += *cost * kReadings / 2;  // half of them took the median or longer
  }
  CHECK(sum <= took);
  for (const Source source : {Source::kThreads, Source::kMemory, Source::kFaults}) {
    CHECK(costs[static_cast<size_t>(source)].has_value());
  }
}

TEST(the_host_reports_what_the_sampler_thread_gets_and_leaves_the_calling_one_alone) {
  const Host host = probe_host();
  CHECK_EQUAL(host.page_bytes.value_or(0), sysconf(_SC_PAGESIZE));
  CHECK(host.clock_resolution.value_or(0) > 0);
  CHECK(host.clock_reading > 0);
  CHECK(host.scheduling.has_value());
  if (host.scheduling) CHECK_EQUAL(host.scheduling->timer_slack.value_or(0), 1);
  CHECK(!host.limits.cpu_period || *host.limits.cpu_period > 0);
  CHECK_EQUAL(host.limits.cpu_limit.has_value(), host.limits.cpu_period.has_value());
  CHECK_EQUAL(host.cgroup_version == find_cgroup("cpu").version, true);
}

}  // namespace
}  // namespace spanmeter
