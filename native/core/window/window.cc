#include "window.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "../history/rows.h"

namespace spanmeter {

namespace {

double to_ms(Nanos time) {
  return static_cast<double>(time) / static_cast<double>(kMillisecond);
}

// What the edges of a query know of one series: a row where the values were read, nothing where they were
// not.
template <typename Row>
class EdgeRows {
 public:
  using Take = Row (Edge::*)() const;

  EdgeRows(const WindowQuery& query, Take take)
      : start_(row(query.start, take)), end_(row(query.end, take)), now_(row(query.now, take)) {}

  // Points into this object.
  Span span(const WindowQuery& query) const {
    const auto data = [](const std::optional<Row>& row) { return row ? row->data() : nullptr; };
    return {query.from, query.to, data(start_), data(end_), data(now_)};
  }

 private:
  // The last column of each row is missing exactly when the source is.
  static std::optional<Row> row(const Edge* edge, Take take) {
    if (edge == nullptr) return std::nullopt;
    const Row row = (edge->*take)();
    if (row.back() == kMissing) return std::nullopt;
    return row;
  }

  std::optional<Row> start_, end_, now_;
};

Nanos duration(const Points& points) {
  return points.time(points.count() - 1) - points.time(0);
}

double percent(int64_t used, Nanos duration) {
  return duration > 0 ? 100.0 * static_cast<double>(used) / static_cast<double>(duration) : 0;
}

double max_gap_ms(const Points& points) {
  Nanos gap = 0;
  for (size_t i = 1; i < points.count(); i++) gap = std::max(gap, points.time(i) - points.time(i - 1));
  return to_ms(gap);
}

}  // namespace

WindowStats Window::stats(const WindowQuery& query, const ProcessHistory& process,
                          const ThreadHistory* thread, SourceSet sources, Nanos period) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  WindowStats stats{
#define X(name) kUnknown,
      SPANMETER_STATS(X)
#undef X
  };
  stats.durationMs = to_ms(query.to - query.from);
  process_stats(query, process.process.get(), period, stats);
  thread_stats(query, thread != nullptr ? thread->cpu.get() : nullptr, stats);
  if (contains(sources, Source::kSchedstat)) {
    wait_stats(query, thread != nullptr ? thread->wait.get() : nullptr, stats);
  }
  if (contains(sources, Source::kMemory)) memory_stats(query, process.memory.get(), stats);
  if (contains(sources, Source::kFaults)) usage_stats(query, process.usage.get(), stats);
  return stats;
}

void Window::process_stats(const WindowQuery& query, const Series* series, Nanos period, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::process_row);
  Span span = edges.span(query);
  span.covered_column = ProcessRow::kCovered;
  span.period = period;
  points_.load(series, ProcessRow::kWidth, span);
  stats.samples = static_cast<double>(points_.samples());
  stats.coverage = 0;
  stats.maxGapMs = stats.durationMs;
  if (points_.count() == 0) return;

  const Nanos wanted = query.to - query.from;
  const size_t last = points_.count() - 1;
  const double covered =
      static_cast<double>(points_.at(last, ProcessRow::kCovered) - points_.at(0, ProcessRow::kCovered));
  stats.coverage = wanted > 0 ? std::min(1.0, covered / static_cast<double>(wanted)) : 1;
  stats.maxGapMs = max_gap_ms(points_);
  stats.overheadMs = to_ms(points_.total(ProcessRow::kSampler));
  stats.cpuTimeMs = to_ms(points_.total(ProcessRow::kCpu));
  stats.cpuAvg = percent(points_.total(ProcessRow::kCpu), duration(points_));
  rates_.load(points_, ProcessRow::kCpu);
  stats.cpuMin = rates_.empty() ? stats.cpuAvg : std::min(stats.cpuAvg, rates_.min());
  stats.cpuMax = rates_.empty() ? stats.cpuAvg : std::max(stats.cpuAvg, rates_.max());
  stats.cpuP50 = rates_.empty() ? stats.cpuAvg : rates_.quantile(0.50);
  stats.cpuP95 = rates_.empty() ? stats.cpuAvg : rates_.quantile(0.95);
  stats.cpuP99 = rates_.empty() ? stats.cpuAvg : rates_.quantile(0.99);
}

void Window::thread_stats(const WindowQuery& query, const Series* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::thread_row);
  points_.load(series, ThreadRow::kWidth, edges.span(query));
  if (points_.count() == 0) return;
  stats.threadTimeMs = to_ms(points_.total(ThreadRow::kCpu));
  stats.threadAvg = percent(points_.total(ThreadRow::kCpu), duration(points_));
  rates_.load(points_, ThreadRow::kCpu);
  stats.threadMax = rates_.empty() ? stats.threadAvg : std::max(stats.threadAvg, rates_.max());
}

void Window::wait_stats(const WindowQuery& query, const Series* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::wait_row);
  points_.load(series, WaitRow::kWidth, edges.span(query));
  if (points_.count() > 0) stats.threadWaitMs = to_ms(points_.total(WaitRow::kRunDelay));
}

void Window::memory_stats(const WindowQuery& query, const Series* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::memory_row);
  points_.load(series, MemoryRow::kWidth, edges.span(query));
  if (points_.count() == 0) return;
  const size_t last = points_.count() - 1;
  const auto resident = [&](size_t i) { return static_cast<double>(points_.at(i, MemoryRow::kResident)); };
  stats.memoryStart = resident(0);
  stats.memoryEnd = resident(last);
  stats.memoryMin = stats.memoryMax = resident(0);
  double area = 0;
  for (size_t i = 1; i <= last; i++) {
    stats.memoryMin = std::min(stats.memoryMin, resident(i));
    stats.memoryMax = std::max(stats.memoryMax, resident(i));
    area += (resident(i - 1) + resident(i)) / 2 * static_cast<double>(points_.time(i) - points_.time(i - 1));
  }
  const double length = static_cast<double>(duration(points_));
  stats.memoryAvg = length > 0 ? area / length : resident(0);
  stats.memoryPeak = static_cast<double>(points_.at(last, MemoryRow::kPeak));
}

void Window::usage_stats(const WindowQuery& query, const Series* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::usage_row);
  points_.load(series, UsageRow::kWidth, edges.span(query));
  if (points_.count() == 0) return;
  stats.minorFaults = static_cast<double>(points_.total(UsageRow::kMinorFaults));
  stats.majorFaults = static_cast<double>(points_.total(UsageRow::kMajorFaults));
  stats.voluntarySwitches = static_cast<double>(points_.total(UsageRow::kVoluntarySwitches));
  stats.involuntarySwitches = static_cast<double>(points_.total(UsageRow::kInvoluntarySwitches));
}

}  // namespace spanmeter
