// Windows between marks that follow each other add up to the window over all of them, in every counter.

#include <random>
#include <thread>
#include <vector>

#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "sampler_thread.h"
#include "started.h"

namespace spanmeter {
namespace {

// `doubt`: by how much two marks may be out of order. What the sampler itself faulted and switched is known
// as of its last sample and subtracted, so that a window in which nothing happened may have one too few, and
// is reported as 0. How often others took its CPU is known for some samples together: the kernel shows by how
// much more that may be.
struct Counter {
  double WindowStats::*value;
  double doubt;
  bool switches = false;
};
constexpr Counter kCounters[] = {
    {&WindowStats::durationMs, 1e-6},
    {&WindowStats::overheadMs, 1e-6},
    {&WindowStats::cpuTimeMs, 1e-3},
    {&WindowStats::threadTimeMs, 1e-6},
    {&WindowStats::threadWaitMs, 1e-6},
    {&WindowStats::minorFaults, 20},
    {&WindowStats::majorFaults, 1},
    {&WindowStats::voluntarySwitches, 4, true},
    {&WindowStats::involuntarySwitches, 4, true},
    {&WindowStats::ioRead, 1e-6},
    {&WindowStats::ioWritten, 1e-6},
    {&WindowStats::received, 1e-6},
    {&WindowStats::transmitted, 1e-6},
};

TEST(windows_between_marks_telescope) {
  AskingThread thread;
  Monitor monitor(thread, {{kMillisecond, 10 * kSecond}, kAllSources, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  wait_for_start(monitor);
  std::mt19937 random(3);
  std::vector<char> memory(8 << 20);
  std::vector<Edge> edges;
  std::vector<int64_t> preemptions;
  const int64_t preempted_before = sampler_preemptions();
  for (size_t i = 0; i < 24; i++) {
    // Shorter than a period, and longer; idle, and busy on one thread or two.
    if (random() % 2 == 0) sleep_for(static_cast<Nanos>(random() % (4 * kMillisecond)));
    if (random() % 2 == 0) burn(static_cast<Nanos>(random() % (2 * kMillisecond)));
    if (random() % 3 == 0) std::thread([] { burn(kMillisecond / 2); }).join();
    touch(memory.data() + (i << 18), random() % (1 << 18));
    edges.push_back(monitor.edge());
    preemptions.push_back(sampler_preemptions() - preempted_before);
  }
  const auto window = [&](size_t a, size_t b) {
    return monitor.window({edges[a].time, edges[b].time, &edges[a], &edges[b]});
  };
  for (size_t a = 0; a < edges.size(); a++) {
    WindowStats sum;
    for (const Counter& counter : kCounters) sum.*counter.value = 0;
    for (size_t b = a + 1; b < edges.size(); b++) {
      const WindowStats part = window(b - 1, b), whole = window(a, b);
      const double parts = static_cast<double>(b - a);
      for (const auto& [value, doubt, switches] : kCounters) {
        sum.*value += part.*value;
        const double preempted = switches ? static_cast<double>(preemptions[b]) : 0;
        if (!std::isnan(whole.*value)) CHECK_NEAR(sum.*value, whole.*value, doubt * parts + preempted);
      }
      CHECK_NEAR(whole.cpuAvg * whole.durationMs / 100, whole.cpuTimeMs, 1e-6);
      // A clock that was behind catches up by more than the thread can have run.
      CHECK_NEAR(whole.threadAvg * whole.durationMs / 100, std::min(whole.threadTimeMs, whole.durationMs),
                 1e-6);
      if (check::failures > 0) return;
    }
  }
}

}  // namespace
}  // namespace spanmeter
