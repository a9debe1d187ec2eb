#pragma once

#include <memory>
#include <vector>

#include "../history/history.h"
#include "../sources/source.h"

namespace spanmeter {

// What one monitor wants of the sampler.
struct Demand {
  HistorySize size;
  SourceSet sources = kAllSources;
  double max_overhead = 0;       // share of one core for the sampler thread; 0: no limit
  double max_span_overhead = 0;  // share of the asking thread for reading at the edges of spans; 0: no limit
};

// What the sampler does about all of them: an immutable value that is handed over as a whole.
struct Plan {
  HistorySize size;
  SourceSet sources = 0;
  double max_overhead = 0;
  std::shared_ptr<ProcessHistory> process;
  std::vector<std::shared_ptr<ThreadHistory>> threads;

  // The history of one JavaScript thread; null if it is not followed.
  const std::shared_ptr<ThreadHistory>& thread(pid_t tid) const {
    // Never destroyed: the sampler may go on while the process runs its static destructors.
    static const auto& kNone = *new std::shared_ptr<ThreadHistory>();
    for (const auto& thread : threads) {
      if (thread->tid == tid) return thread;
    }
    return kNone;
  }
};

}  // namespace spanmeter
