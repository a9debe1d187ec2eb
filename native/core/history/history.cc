#include "history.h"

#include <algorithm>

#include "rows.h"

namespace spanmeter {

size_t HistorySize::rows(Nanos interval) const {
  // One more than fits the span: a window as long as the span needs the row before it.
  return static_cast<size_t>(span / std::max(period, interval)) + 2;
}

std::shared_ptr<ProcessHistory> ProcessHistory::create(const HistorySize& size) {
  auto history = std::make_shared<ProcessHistory>();
  history->process = Series::create(ProcessRow::kWidth, size.rows());
  history->memory = Series::create(MemoryRow::kWidth, size.rows(kMemoryInterval));
  history->usage = Series::create(UsageRow::kWidth, size.rows(kUsageInterval));
  return history->process && history->memory && history->usage ? history : nullptr;
}

void ProcessHistory::adopt(const ProcessHistory& other) {
  process->adopt(*other.process);
  memory->adopt(*other.memory);
  usage->adopt(*other.usage);
}

size_t ProcessHistory::memory_bytes() const {
  return process->memory_bytes() + memory->memory_bytes() + usage->memory_bytes();
}

std::shared_ptr<ThreadHistory> ThreadHistory::create(pid_t tid, const HistorySize& size) {
  auto history = std::make_shared<ThreadHistory>();
  history->tid = tid;
  history->cpu = Series::create(ThreadRow::kWidth, size.rows());
  history->wait = Series::create(WaitRow::kWidth, size.rows(kWaitInterval));
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
