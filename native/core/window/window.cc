#include "window.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "../history/precision.h"
#include "../history/rows.h"
#include "unsampled.h"

namespace spanmeter {

namespace {

// What the edges of a query know of one series: a row where the values were read, nothing where they were
// not.
template <typename Values>
class EdgeRows {
 public:
  using Take = Values (Edge::*)() const;

  EdgeRows(const WindowQuery& query, Take take)
      : start_(row(query.start, take)), end_(row(query.end, take)), now_(row(query.now, take)) {}

  bool exact() const { return start_ && end_; }
  // Points into this object.
  SeriesQuery of_series(const WindowQuery& query) const {
    const auto data = [](const std::optional<Values>& row) { return row ? row->data() : nullptr; };
    return {query.from, query.to, data(start_), data(end_), data(now_)};
  }

 private:
  static std::optional<Values> row(const Edge* edge, Take take) {
    if (edge == nullptr) return std::nullopt;
    const Values values = (edge->*take)();
    for (const int64_t value : values) {
      if (value == kMissing) return std::nullopt;
    }
    return values;
  }

  std::optional<Values> start_, end_, now_;
};

// Billionths to percent.
double to_percent(double rate) {
  return rate / 1e7;
}
double to_percent(int64_t rate) {
  return to_percent(static_cast<double>(rate));
}

constexpr Stretch::Shape kProcess{ProcessRow::kWidth, Kind::kRate, ProcessRow::kCpu};
constexpr Stretch::Shape kThread{ThreadRow::kWidth, Kind::kRate, ThreadRow::kCpu};
constexpr Stretch::Shape kMemory{MemoryRow::kWidth, Kind::kGauge, MemoryRow::kResident};
constexpr Stretch::Shape kCgroup = Stretch::Shape::totals(CgroupRow::kWidth);

}  // namespace

WindowStats Window::stats(const WindowQuery& query, const ProcessHistory& process,
                          const ThreadHistory* thread, const Wanted& wanted, Nanos period) {
  const SourceSet sources = wanted.sources;
  const bool between_edges = query.start != nullptr && query.end != nullptr;
  if (between_edges && !wanted.details && process.process != nullptr &&
      process.process->rows().newest_time() < query.from) {
    return since_newest(query, process, sources, period);
  }
  WindowStats stats;
  stats.durationMs = to_ms(query.to - query.from);
  process_stats(query, process, wanted.details, period, stats);
  if (wanted.details) thread_stats(query, thread != nullptr ? thread->cpu.get() : nullptr, stats);
  if (contains(sources, Source::kSchedstat)) {
    wait_stats(query, thread != nullptr ? thread->wait.get() : nullptr, stats);
  }
  if (contains(sources, Source::kMemory)) memory_stats(query, process.memory.get(), stats);
  if (wanted.details) usage_stats(query, process.usage.get(), sources, stats);
  if (contains(sources, Source::kIo)) io_stats(query, process.io.get(), stats);
  if (contains(sources, Source::kNetwork)) network_stats(query, process.network.get(), stats);
  if (contains(sources, Source::kCgroup)) cgroup_stats(query, process.cgroup.get(), stats);
  return stats;
}

WindowStats Window::since_newest(const WindowQuery& query, const ProcessHistory& process, SourceSet sources,
                                 Nanos period) {
  WindowStats stats = unsampled_stats(*query.start, *query.end, period, cores_);
  if (contains(sources, Source::kCgroup)) cgroup_stats(query, process.cgroup.get(), stats);
  return stats;
}

// Whose extremes nobody asks for. With an exact edge at both ends the series has nothing to add.
template <typename Values>
bool Window::load_totals(const WindowQuery& query, const Pyramid* series, Values (Edge::*take)() const) {
  const EdgeRows<Values> edges(query, take);
  const Stretch::Shape shape = Stretch::Shape::totals(std::tuple_size_v<Values>);
  return stretch_.load(edges.exact() ? nullptr : series, shape, edges.of_series(query));
}

void Window::process_stats(const WindowQuery& query, const ProcessHistory& process, bool percentiles,
                           Nanos period, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::process_row);
  SeriesQuery asked = edges.of_series(query);
  asked.covered_column = ProcessRow::kCovered;
  asked.period = period;
  const auto unsure = [](const Edge* edge) { return edge != nullptr ? std::max<Nanos>(0, edge->unsure) : 0; };
  asked.start_unsure = unsure(query.start);
  asked.end_unsure = unsure(query.end);
  asked.now_unsure = unsure(query.now);
  asked.cores = cores_;
  const bool known = stretch_.load(process.process.get(), kProcess, asked);
  const Line& line = stretch_.line();
  stats.samples = static_cast<double>(line.samples());
  stats.coverage = 0;
  stats.maxGapMs = stats.durationMs;
  if (!known) return;

  const Nanos wanted = query.to - query.from;
  const double covered = static_cast<double>(line.covered());
  stats.coverage = wanted > 0 ? std::clamp(covered / static_cast<double>(wanted), 0.0, 1.0) : 1;
  if (query.start != nullptr && query.end != nullptr) {
    const Nanos from = query.start->sampler, to = query.end->sampler;
    if (from != kMissing && to != kMissing) stats.overheadMs = to_ms(std::max<Nanos>(0, to - from));
  }
  const Nanos used = line.total(ProcessRow::kCpu);
  stats.cpuTimeMs = to_ms(used);
  stats.cpuAvg = percent(possible(used, line.duration(), cores_), line.duration());
  stats.cpuMin = stats.cpuMax = stats.cpuAvg;
  if (percentiles) stats.cpuP50 = stats.cpuP95 = stats.cpuP99 = stats.cpuAvg;
  const Extremes& extremes = stretch_.extremes();
  stats.maxGapMs = to_ms(extremes.gap);
  if (extremes.empty()) return;  // a window without length
  stats.cpuMin = std::min(stats.cpuAvg, to_percent(extremes.min));
  stats.cpuMax = std::max(stats.cpuAvg, to_percent(extremes.max));
  if (process.process == nullptr || !percentiles) return;
  quantiles_.load(stretch_, *process.process, *process.cpu_rates);
  const std::array<double, 3> rates = quantiles_.at({0.50, 0.95, 0.99});
  // A histogram gives the middle of a bucket, which may lie beyond the extremes.
  const auto clamped = [&](double rate) { return std::clamp(to_percent(rate), stats.cpuMin, stats.cpuMax); };
  stats.cpuP50 = clamped(rates[0]);
  stats.cpuP95 = clamped(rates[1]);
  stats.cpuP99 = clamped(rates[2]);
}

void Window::thread_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::thread_row);
  SeriesQuery asked = edges.of_series(query);
  asked.cores = 1;
  if (!stretch_.load(series, kThread, asked)) return;
  const int64_t used = stretch_.line().total(ThreadRow::kCpu);
  stats.threadTimeMs = to_ms(used);
  const Nanos duration = stretch_.line().duration();
  stats.threadAvg = percent(possible(used, duration, asked.cores), duration);
  const Extremes& extremes = stretch_.extremes();
  stats.threadMax = extremes.empty() ? stats.threadAvg : std::max(stats.threadAvg, to_percent(extremes.max));
}

void Window::wait_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats) {
  if (!load_totals(query, series, &Edge::wait_row)) return;
  stats.threadWaitMs = to_ms(stretch_.line().total(WaitRow::kRunDelay));
}

void Window::memory_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats) {
  const EdgeRows edges(query, &Edge::memory_row);
  if (!stretch_.load(series, kMemory, edges.of_series(query))) return;
  const Line& line = stretch_.line();
  stats.memoryStart = static_cast<double>(line.begin_point()[MemoryRow::kResident]);
  stats.memoryEnd = static_cast<double>(line.end_point()[MemoryRow::kResident]);
  const Extremes& extremes = stretch_.extremes();
  stats.memoryMin = extremes.empty() ? stats.memoryStart : static_cast<double>(extremes.min);
  stats.memoryMax = extremes.empty() ? stats.memoryStart : static_cast<double>(extremes.max);
  stats.memoryPeak = stats.memoryMax;  // at the least; usage_stats may know better
  // The integral over the rows is kept by the sampler; the two outer pieces are added here.
  double area = 0;
  for (const Piece& piece : stretch_.outer()) {
    area += static_cast<double>(piece.value) * static_cast<double>(piece.length);
  }
  if (line.has_rows()) {
    const int64_t rows = line.last()[MemoryRow::kArea] - line.first()[MemoryRow::kArea];
    area += static_cast<double>(rows) * MemoryRow::kAreaUnit;
  }
  const double length = static_cast<double>(line.duration());
  stats.memoryAvg =
      length > 0 ? std::clamp(area / length, stats.memoryMin, stats.memoryMax) : stats.memoryStart;
}

void Window::usage_stats(const WindowQuery& query, const Pyramid* series, SourceSet sources,
                         WindowStats& stats) {
  if (!load_totals(query, series, &Edge::usage_row)) return;
  const Line& line = stretch_.line();
  if (std::isnan(stats.overheadMs)) stats.overheadMs = to_ms(line.total(UsageRow::kSampler));
  if (contains(sources, Source::kMemory)) {
    stats.memoryPeak = std::max(static_cast<double>(line.end_point()[UsageRow::kPeak]), stats.memoryMax);
  }
  if (!contains(sources, Source::kFaults)) return;
  stats.minorFaults = static_cast<double>(line.total(UsageRow::kMinorFaults));
  stats.majorFaults = static_cast<double>(line.total(UsageRow::kMajorFaults));
  stats.voluntarySwitches = static_cast<double>(line.total(UsageRow::kVoluntarySwitches));
  stats.involuntarySwitches = static_cast<double>(line.total(UsageRow::kInvoluntarySwitches));
}

void Window::io_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats) {
  if (!load_totals(query, series, &Edge::io_row)) return;
  stats.ioRead = static_cast<double>(stretch_.line().total(IoRow::kRead));
  stats.ioWritten = static_cast<double>(stretch_.line().total(IoRow::kWritten));
}

// The sampler and each thread count bytes from the interfaces that they found: of different beginnings.
void Window::network_stats(WindowQuery query, const Pyramid* series, WindowStats& stats) {
  const auto counts = [](const Edge* edge) { return edge != nullptr && edge->received != kMissing; };
  if (counts(query.start) != counts(query.end)) query.start = query.end = nullptr;
  if (!load_totals(query, series, &Edge::network_row)) return;
  stats.received = static_cast<double>(stretch_.line().total(NetworkRow::kReceived));
  stats.transmitted = static_cast<double>(stretch_.line().total(NetworkRow::kTransmitted));
}

// Nobody reads the throttling at an edge, which would make the kernel gather figures of all CPUs. What came
// after the newest row, 100 ms ago at the most, is not known yet: the count stands where it stood.
void Window::cgroup_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats) {
  if (series == nullptr || series->rows().head() == 0) return;
  const Series& rows = series->rows();
  const int64_t newest[] = {std::max(query.to, rows.newest_time() + 1),
                            rows.word(rows.head() - 1, CgroupRow::kThrottled)};
  SeriesQuery asked{query.from, query.to};
  asked.now = newest;
  if (!stretch_.load(series, kCgroup, asked)) return;
  stats.throttledMs = to_ms(stretch_.line().total(CgroupRow::kThrottled));
}

}  // namespace spanmeter
