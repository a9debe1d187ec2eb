#pragma once

#include "../history/edge.h"
#include "../sources/io_counters.h"
#include "../sources/network.h"
#include "../sources/process_clock.h"
#include "../sources/recent.h"
#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "../sources/source.h"
#include "sampler.h"

namespace spanmeter {

// Reads all counters at once on the thread that asks. Not thread-safe: each JavaScript thread has its own.
//
// An edge must be cheap, since a busy service has one every few microseconds. So what is dear may be as old
// as Recent allows. For run delay that bounds the error: who waits for longer comes back later.
class EdgeReader {
 public:
  EdgeReader();

  pid_t tid() const { return tid_; }
  // What to read. The clock of the asking thread is read on demand.
  struct What {
    SourceSet sources;
    bool thread_clock;
  };
  // For a window that begins now, or that ends now: the reading itself lies outside.
  Edge start(const Sampler& sampler, const What& what);
  Edge stop(const Sampler& sampler, const What& what);

 private:
  void read_clocks(const Sampler& sampler, bool thread_clock, Edge& edge);
  Nanos sampler_cpu(const Sampler& sampler);
  void read_others(const Published& published, SourceSet sources, Nanos now, Edge& edge);

  const pid_t tid_;
  const int cores_;
  ProcessClock process_;
  Recent<ResidentSet> resident_;
  Recent<RunDelay> run_delay_;
  Recent<Network> network_;
  IoCounters io_;
  Published::Phase sampler_phase_{0};  // in which sampler_cpu_ was read, if the thread rested
  Nanos sampler_cpu_ = 0;
};

}  // namespace spanmeter
