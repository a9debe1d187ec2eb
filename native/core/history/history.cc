#include "history.h"

#include <algorithm>

#include "rows.h"

namespace spanmeter {

namespace {
// Nodes of each level at the least: what is older than the rows is known to 1/32 of its age.
constexpr size_t kNodes = 1024;
// Of what is read ten times less often than once a millisecond and asked for totals only.
constexpr size_t kFewNodes = 256;
}  // namespace

size_t HistorySize::rows(Nanos interval) const {
  // One more than fits: a window as long as all of it needs the row before it.
  return static_cast<size_t>(length / std::max(period, interval)) + 2;
}

bool HistorySize::holds(const HistorySize& other) const {
  const auto enough = [&](Nanos interval) { return rows(interval) >= other.rows(interval); };
  return enough(0) && enough(kMemoryInterval) && enough(kWaitInterval) && enough(kUsageInterval) &&
         enough(kSlowestInterval);
}

std::shared_ptr<ProcessHistory> ProcessHistory::create(const HistorySize& size) {
  auto history = std::make_shared<ProcessHistory>();
  history->size = size;
  // A series of totals, of which nobody asks the extremes.
  const auto totals = [&](size_t width, Nanos interval) {
    return Pyramid::create(width, Kind::kRate, 1, size.rows(interval), kFewNodes);
  };
  history->process = Pyramid::create(ProcessRow::kWidth, Kind::kRate, ProcessRow::kCpu, size.rows(), kNodes);
  history->cpu_rates = Histogram::create(size.rows());
  history->memory = Pyramid::create(MemoryRow::kWidth, Kind::kGauge, MemoryRow::kResident,
                                    size.rows(kMemoryInterval), kNodes);
  history->usage = totals(UsageRow::kWidth, kUsageInterval);
  history->io = totals(IoRow::kWidth, kIoInterval);
  history->network = totals(NetworkRow::kWidth, kNetworkInterval);
  history->cgroup = totals(CgroupRow::kWidth, kCgroupInterval);
  for (const auto* series : history->all()) {
    if (*series == nullptr) return nullptr;
  }
  return history->cpu_rates ? history : nullptr;
}

void ProcessHistory::append_process(const int64_t* row) {
  const Series& rows = process->rows();
  const uint64_t n = rows.head();
  Extremes last;
  if (n > 0) {
    last = piece(Kind::kRate, rows.time(n - 1), rows.word(n - 1, ProcessRow::kCpu), row[0],
                 row[ProcessRow::kCpu]);
  }
  process->append(row);
  // After the row: who finds a snapshot may look at the row it was taken at.
  if (n > 0) cpu_rates->append(n, row[0], last.max, last.gap);
}

void ProcessHistory::adopt(const ProcessHistory& other) {
  for (size_t i = 0; i < all().size(); i++) (*all()[i])->adopt(**other.all()[i]);
  cpu_rates->adopt(*other.cpu_rates);
}

size_t ProcessHistory::memory_bytes() const {
  size_t bytes = cpu_rates->memory_bytes();
  for (const auto* series : all()) bytes += (*series)->memory_bytes();
  return bytes;
}

std::shared_ptr<ThreadHistory> ThreadHistory::create(pid_t tid, const HistorySize& size) {
  auto history = std::make_shared<ThreadHistory>();
  history->tid = tid;
  history->size = size;
  history->cpu = Pyramid::create(ThreadRow::kWidth, Kind::kRate, ThreadRow::kCpu, size.rows(), kNodes);
  history->wait =
      Pyramid::create(WaitRow::kWidth, Kind::kRate, WaitRow::kRunDelay, size.rows(kWaitInterval), kFewNodes);
  return history->cpu && history->wait ? history : nullptr;
}

void ThreadHistory::adopt(const ThreadHistory& other) {
  cpu->adopt(*other.cpu);
  wait->adopt(*other.wait);
}

size_t ThreadHistory::memory_bytes() const {
  return cpu->memory_bytes() + wait->memory_bytes();
}

}  // namespace spanmeter
