#include "unsampled.h"

#include <algorithm>

#include "../history/coverage.h"
#include "../history/precision.h"

namespace spanmeter {

namespace {

// How much a counter grew; NaN where it was not read.
double growth(int64_t from, int64_t to) {
  if (from == kMissing || to == kMissing) return kNotKnown;
  return static_cast<double>(std::max<int64_t>(0, to - from));
}

void add_cpu(const Edge& start, const Edge& end, Nanos duration, int cores, WindowStats& stats) {
  if (start.cpu == kMissing || end.cpu == kMissing) return;
  const Nanos used = std::max<Nanos>(0, end.cpu - start.cpu);
  stats.cpuTimeMs = to_ms(used);
  stats.cpuAvg = stats.cpuMin = stats.cpuMax = percent(possible(used, duration, cores), duration);
}

void add_memory(const Edge& start, const Edge& end, WindowStats& stats) {
  if (start.resident == kMissing || end.resident == kMissing) return;
  stats.memoryStart = static_cast<double>(start.resident);
  stats.memoryEnd = static_cast<double>(end.resident);
  stats.memoryMin = std::min(stats.memoryStart, stats.memoryEnd);
  stats.memoryMax = std::max(stats.memoryStart, stats.memoryEnd);
  stats.memoryAvg = (stats.memoryStart + stats.memoryEnd) / 2;
}

}  // namespace

WindowStats unsampled_stats(const Edge& start, const Edge& end, Nanos period, int cores) {
  WindowStats stats;
  const Nanos duration = end.time - start.time;
  stats.durationMs = stats.maxGapMs = to_ms(duration);
  stats.samples = 0;
  const double covered = static_cast<double>(covered_part(duration, period));
  stats.coverage = duration > 0 ? covered / static_cast<double>(duration) : 1;
  stats.overheadMs = growth(start.sampler, end.sampler) / 1e6;
  add_cpu(start, end, duration, cores, stats);
  stats.threadWaitMs = growth(start.runDelay, end.runDelay) / 1e6;
  add_memory(start, end, stats);
  return stats;
}

}  // namespace spanmeter
