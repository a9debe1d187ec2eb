#include "outside.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "../../burner.h"
#include "../calls.h"
#include "../script.h"
#include "report.h"

namespace faults {

namespace {

using spanmeter::kMillisecond;
using spanmeter::read_clock;
using spanmeter::to_ms;

int64_t resident_now() {
  long long size = 0, resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (std::fscanf(file, "%lld %lld", &size, &resident) != 2) problem("the truth cannot be read");
  std::fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

class Window {
 public:
  explicit Window(const char* name) : name_(name) {}

  void within(const char* what, double value, double low, double high) const {
    if (std::isnan(value)) {
      if (triggered() == 0) problem("%s: %s is missing, though nothing failed", name_, what);
      return;
    }
    report().checks++;
    if (!(value >= low && value <= high))
      problem("%s: %s is %.9g, not %.9g to %.9g", name_, what, value, low, high);
  }

 private:
  const char* name_;
};

}  // namespace

// The clock of the sampler first: reading it makes that of the process exact.
Outside Outside::now() {
  Outside now{};
  if (const int sampler = sampler_thread(); sampler != 0)
    now.sampler = read_clock(spanmeter::thread_cpu_clock(sampler)).value_or(0);
  const spanmeter::Sampler& sampler = spanmeter::Sampler::instance();
  now.unreported = std::max<Nanos>(0, sampler.cpu().value_or(0) - sampler.published().own_cpu);
  now.process = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
  now.thread = spanmeter::own_cpu();
  now.time = spanmeter::monotonic_now();
  now.resident = resident_now();
  return now;
}

// Without the clocks of the threads, that of the process is behind by up to a tick of the scheduler.
Nanos unsure_of_marks(const spanmeter::Health& health) {
  constexpr Nanos kLongestTick = 10 * kMillisecond;
  return health.errors[static_cast<size_t>(spanmeter::Source::kThreads)] != 0 ? 2 * kLongestTick : 0;
}

Nanos unsure_of_spans(const spanmeter::Health& health) {
  return unsure_of_marks(health) + health.edge_bound + health.period;
}

void check_window(const char* name, const spanmeter::WindowStats& stats, const Around& around, Nanos unsure) {
  const auto& [before, start, end, after] = around;
  const Window window(name);
  constexpr double kMore = 0.001, kMost = 1e15;
  const double longest = to_ms(after.time - before.time) + kMore;
  const double off = to_ms(unsure + kMillisecond);
  const double sampler = to_ms(after.sampler - before.sampler);
  const double most = to_ms(after.process - before.process) + off;
  const double least = to_ms(end.process - start.process) - sampler - off;
  // A rate that is known to be off by a hundredth is one.
  const double percent = 101.1 * spanmeter::available_cores();

  window.within("durationMs", stats.durationMs, to_ms(end.time - start.time) - kMore, longest);
  // One at either end, of which the first may be of a tick before, and one out of turn where there is another
  // plan.
  window.within("samples", stats.samples, 0, longest + 3);
  window.within("coverage", stats.coverage, 0, 1);
  window.within("maxGapMs", stats.maxGapMs, 0, longest);
  window.within("overheadMs", stats.overheadMs, 0, sampler + to_ms(before.unreported) + off);
  window.within("cpuTimeMs", stats.cpuTimeMs, least, most);
  window.within("cpuAvg", stats.cpuAvg, 0, percent);
  window.within("cpuMin", stats.cpuMin, 0, percent);
  window.within("cpuMax", stats.cpuMax, 0, percent);
  window.within("threadWaitMs", stats.threadWaitMs, 0, longest + off);
  // What came and went in between is not known here, but this program never holds much more or less.
  const double small = static_cast<double>(start.resident) / 2,
               large = 2 * static_cast<double>(after.resident);
  for (const auto& [what, value] : {std::pair("memoryAvg", stats.memoryAvg),
                                    {"memoryMin", stats.memoryMin},
                                    {"memoryMax", stats.memoryMax},
                                    {"memoryStart", stats.memoryStart},
                                    {"memoryEnd", stats.memoryEnd}}) {
    window.within(what, value, small, large);
  }
  window.within("cpuLimit", stats.cpuLimit, kCpuLimit, kCpuLimit);
  window.within("memoryLimit", stats.memoryLimit, kMemoryLimit, kMemoryLimit);
  if (!std::isnan(stats.throttledMs)) window.within("throttledMs", stats.throttledMs, 0, 0);
  if (std::isnan(stats.threadTimeMs) && std::isnan(stats.minorFaults)) return;  // nobody asked for details
  window.within("threadTimeMs", stats.threadTimeMs, to_ms(end.thread - start.thread) - off,
                to_ms(after.thread - before.thread) + off);
  window.within("threadMax", stats.threadMax, 0, 101);
  window.within("memoryPeak", stats.memoryPeak, small, 2 * large);
  window.within("minorFaults", stats.minorFaults, 0, 1e5);
  window.within("voluntarySwitches", stats.voluntarySwitches, 0, 1e5);
  for (const double bytes : {stats.ioRead, stats.ioWritten, stats.received, stats.transmitted})
    window.within("bytes", bytes, 0, kMost);
}

}  // namespace faults
