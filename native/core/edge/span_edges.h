#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "../history/edge.h"
#include "../sampler/sampler.h"
#include "../sources/own_cpu_clock.h"
#include "edge_budget.h"
#include "edge_reader.h"
#include "others.h"

namespace spanmeter {

// The start of a span. `others`: where what the process used up to it was left open, what the other threads
// had used by then, as far as was known at that moment.
struct OpenEdge : Edge {
  Nanos others = kMissing;
};

// The edges of spans, which a busy service has every few microseconds. What the thread itself used is known
// from its clock; what the others used is known from the samples, and read only where that is affordable and
// makes a difference. Not thread-safe: each JavaScript thread has its own.
class SpanEdges {
 public:
  SpanEdges(EdgeReader& reader, OwnCpuClock& clock, int cores);
  void cores(int cores) { cores_ = cores; }

  // A monitor that wants spans within a share of the thread, 0..1 (0: no limit) comes or goes. The most
  // generous one counts.
  void add_limit(double share);
  void remove_limit(double share);

  struct What {
    SourceSet sources;
    bool details;  // beyond what the default attributes of a span need
  };
  // For a window that begins now. What the process used up to here is left open: end() knows it.
  OpenEdge start(const Sampler& sampler, const Plan& plan, const What& what);
  // For a window that ends now, and began at `start`, which is resolved along with it.
  Edge end(const Sampler& sampler, const Plan& plan, const What& what, OpenEdge& start);

  struct Counts {
    int64_t read = 0;     // edges at which the clocks were read
    int64_t derived = 0;  // the others
    Nanos cost = 0;       // of all readings
  };
  Counts counts() const { return {read_, derived_, budget_.spent()}; }
  // How much the thread's own time may be off at an edge that was not read.
  Nanos bound() const { return clock_.to_nanos(clock_.trust()); }

 private:
  Edge own(const Sampler& sampler, const Plan& plan, SourceSet sources, Ticks now);
  void read_details(const Sampler& sampler, const What& what, Edge& edge);
  void read_process(const Sampler& sampler, Edge& edge);
  void resolve(const Plan& plan, const ThreadHistory* thread, OpenEdge& start, Edge& end);
  std::optional<Nanos> others_at_start(const ProcessHistory& process, const ThreadHistory& thread,
                                       const OpenEdge& start, Nanos end, Nanos others_end) const;
  Nanos since_read_start(const ProcessHistory& process, const ThreadHistory& thread, const Edge& start,
                         const Edge& end, Nanos others_end, Nanos most);
  void charge(Ticks begin, UsualSpending& usual);
  Nanos run_delay(Nanos now);
  int64_t resident(const Sampler& sampler, const Plan& plan, Nanos now);

  EdgeReader& reader_;
  OwnCpuClock& clock_;
  int cores_;
  std::multiset<double> limits_;
  EdgeBudget budget_;
  UsualSpending checks_, processes_, details_, run_delays_, memories_;
  bool affordable_ = false;  // at this edge
  int64_t read_ = 0, derived_ = 0;

  LatestOthers others_;
  Nanos run_delay_known_ = kMissing;
  Nanos run_delay_due_ = 0;  // where it could not be read: when it is tried again
  Nanos away_then_ = 0;      // of the clock, when it was read
};

}  // namespace spanmeter
