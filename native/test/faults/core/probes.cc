// What `spanmeter doctor` asks.

#include <utility>

#include "../../../core/probe/clock_step.h"
#include "../../../core/probe/host.h"
#include "../../../core/probe/source_costs.h"
#include "../calls.h"
#include "../script.h"
#include "ours.h"
#include "report.h"
#include "scenario.h"

namespace faults {

using namespace spanmeter;

void check_probes() {
  in_core([] {
    const Host host = probe_host();
    const auto& [cpu, memory] = std::pair(host.limits.cpu_limit, host.limits.memory_limit);
    if (cpu && *cpu != kCpuLimit) problem("the CPU limit is %g", *cpu);
    if (memory && static_cast<double>(*memory) != kMemoryLimit)
      problem("the memory limit is %lld", static_cast<long long>(*memory));
    if (triggered() == 0 && (!cpu || !memory)) problem("a limit is missing, though nothing failed");
    if (host.page_bytes && *host.page_bytes != 4096)
      problem("a page has %lld bytes", static_cast<long long>(*host.page_bytes));
    if (host.clock_resolution && (*host.clock_resolution < 0 || *host.clock_resolution > kMillisecond))
      problem("the resolution is %lld", static_cast<long long>(*host.clock_resolution));
    if (host.scheduling && host.scheduling->timer_slack.value_or(0) < 0)
      problem("the slack of the timer is negative");
  });
  in_core([] {
    for (const auto& cost : measure_source_costs(2)) {
      if (cost && (*cost < 0 || *cost > kSecond)) problem("a source costs %g ms", to_ms(*cost));
    }
  });
  in_core([] {
    const auto step = process_clock_step(2 * kMillisecond);
    if (step && (*step <= 0 || *step > 20 * kMillisecond))
      problem("a step of the clock is %g ms", to_ms(*step));
  });
}

}  // namespace faults
