#pragma once

#include "../history/edge.h"
#include "../sources/io_counters.h"
#include "../sources/network.h"
#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "../sources/source.h"
#include "../sources/thread_clocks.h"
#include "sampler.h"

namespace spanmeter {

// Reads all counters at once on the thread that asks. Not thread-safe: each JavaScript thread has its own.
class EdgeReader {
 public:
  EdgeReader();

  pid_t tid() const { return tid_; }
  Edge read(const Sampler& sampler, SourceSet sources);

 private:
  const pid_t tid_;
  ThreadClocks threads_;
  ResidentSet resident_;
  RunDelay run_delay_;
  IoCounters io_;
  Network network_;
};

}  // namespace spanmeter
