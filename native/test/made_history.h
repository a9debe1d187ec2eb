#pragma once

#include <memory>

#include "../core/history/history.h"
#include "../core/history/rows.h"
#include "../core/sampler/plan.h"

namespace spanmeter {

// Samples that a test makes up: of the process and of one thread.
struct MadeHistory {
  explicit MadeHistory(pid_t tid = 1) : thread(ThreadHistory::create(tid, {kMillisecond, kSecond})) {}

  std::shared_ptr<ProcessHistory> process = ProcessHistory::create({kMillisecond, kSecond});
  std::shared_ptr<ThreadHistory> thread;

  void add(Nanos time, Nanos thread_cpu, Nanos others) {
    const int64_t row[ProcessRow::kWidth] = {time, time, thread_cpu + others};
    process->append_process(row);
    const int64_t thread_row[ThreadRow::kWidth] = {time, thread_cpu};
    thread->cpu->append(thread_row);
  }
  Plan plan() const {
    Plan plan;
    plan.process = process;
    plan.threads = {thread};
    return plan;
  }
};

}  // namespace spanmeter
