#pragma once

#include <optional>

#include "../history/edge.h"
#include "../sampler/sampler.h"
#include "../sources/io_counters.h"
#include "../sources/network.h"
#include "../sources/process_clock.h"
#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "../sources/source.h"

namespace spanmeter {

// Reads all counters at once on the thread that asks. Not thread-safe: each JavaScript thread has its own.
class EdgeReader {
 public:
  explicit EdgeReader(int cores);

  pid_t tid() const { return tid_; }
  void cores(int cores) { cores_ = cores; }
  // For a window that begins now, or that ends now: the reading itself lies outside.
  Edge start(const Sampler& sampler, SourceSet sources);
  Edge stop(const Sampler& sampler, SourceSet sources);

  // Parts of it. The clocks of the process, of the sampler and of this thread, as of the middle of the time
  // it took to read them; they are what a short window is judged by. Where they cannot be read there is the
  // time alone. Returns how long it took from the first clock to the last.
  Nanos read_clocks(const Sampler& sampler, Edge& edge);
  // Faults, switches, the peak, bytes.
  void read_usage(const Published& published, Edge& edge);
  void read_io(Edge& edge);
  void read_network(Edge& edge);
  void read_memory(Edge& edge);
  void read_run_delay(Edge& edge);

 private:
  void take(const ProcessReading& reading, std::optional<Nanos> sampler, Edge& edge) const;
  void read_others(const Sampler& sampler, SourceSet sources, Edge& edge);

  const pid_t tid_;
  int cores_;
  ProcessClock process_;
  UsualCost usual_;
  ResidentSet resident_;
  RunDelay run_delay_;
  Network network_;
  IoCounters io_;
};

}  // namespace spanmeter
