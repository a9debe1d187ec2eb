#pragma once

// A history that a test writes by hand, for windows and columns over it.

#include <memory>

#include "../core/history/coverage.h"
#include "../core/history/history.h"
#include "../core/history/rows.h"
#include "../core/window/window.h"

namespace spanmeter {

inline constexpr Nanos kPeriod = kMillisecond;

// One row a period.
struct Recorded {
  std::shared_ptr<ProcessHistory> process = ProcessHistory::create({kPeriod, kSecond});
  std::shared_ptr<ThreadHistory> thread = ThreadHistory::create(1, {kPeriod, kSecond});
  Nanos covered = 0;
  Nanos last = 0;
  int64_t area = 0;
  int64_t last_resident = -1;
  Nanos last_memory = 0;

  void tick(Nanos time, Nanos cpu, int64_t resident = 0) {
    if (last != 0) covered += covered_part(time - last, kPeriod);
    last = time;
    const int64_t process_row[] = {time, covered, cpu};
    process->append_process(process_row);
    const int64_t thread_row[] = {time, cpu / 2};
    thread->cpu->append(thread_row);
    if (last_resident >= 0) {
      area += (last_resident + resident) / 2 / 1048576 * ((time - last_memory) / kMicrosecond);
    }
    last_resident = resident;
    last_memory = time;
    const int64_t memory_row[] = {time, resident, area};
    process->memory->append(memory_row);
  }
  WindowStats stats(const WindowQuery& query) {
    Window window;
    return window.stats(query, *process, thread.get(), Wanted{}, kPeriod);
  }
  // In milliseconds, for what is easier to read so.
  WindowStats stats(double from, double to) {
    return stats({static_cast<Nanos>(from * 1e6), static_cast<Nanos>(to * 1e6)});
  }
};

// Ten periods at 50 %, then ten at 100 %, from 10 ms to 30 ms.
inline Recorded steps() {
  Recorded recorded;
  Nanos cpu = 0;
  for (int i = 0; i <= 20; i++) {
    recorded.tick((10 + i) * kPeriod, cpu, (1000 + i) << 21);
    cpu += i < 10 ? kPeriod / 2 : kPeriod;
  }
  return recorded;
}

}  // namespace spanmeter
