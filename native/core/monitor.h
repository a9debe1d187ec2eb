#pragma once

#include <cstddef>
#include <memory>

#include "edge/asking_thread.h"
#include "sampler/sampler.h"
#include "slots.h"
#include "window/columns.h"
#include "window/window.h"

namespace spanmeter {

struct Health {
  Sampler::State state;
  Nanos period;        // in force
  Nanos asked_period;  // the shortest that any monitor asked for
  Nanos history;       // that fits at this period
  int64_t samples;
  std::array<int64_t, kCauseCount> missed;  // ticks, by cause
  Nanos lateness_p50, lateness_p99, lateness_max;
  Nanos longest_gap;
  Nanos cpu;
  size_t memory_bytes;
  std::array<int, kSourceCount> errors;  // errno of each source; 0 while it is read
  SpanEdges::Counts edges;               // of the spans of this thread
  Nanos edge_bound;                      // see SpanEdges::bound()
};

// One monitor: a demand on the sampler and the view on what it recorded. Belongs to one JavaScript thread.
// What needs memory throws std::bad_alloc where there is none, and has changed nothing.
class Monitor {
 public:
  // `always`: keeps the sampler awake for as long as the monitor runs.
  Monitor(AskingThread& thread, const Demand& demand, bool always);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // 0 or an errno, ENOMEM among them. A second call changes nothing.
  int start();
  void stop();
  bool running() const { return id_ != 0; }

  // Reads the counters now and keeps the sampler awake until release(). Only while running.
  Edge mark();
  void release();
  Edge edge();

  // A mark that is kept here, for a span. `details`: whether the answer will be asked for them. 0 when
  // as many as possible are open.
  SlotHandle open_span(bool details);
  // What happened since it was opened; false, and `stats` untouched, if it is not open. Both let the sampler
  // park.
  bool close_span(SlotHandle span, bool details, WindowStats& stats);
  void drop_span(SlotHandle span);

  WindowStats window(const WindowQuery& query);
  Columns columns(const WindowQuery& query, size_t max_points);
  Health health();

 private:
  struct OpenSpan {
    OpenEdge start;
    uint32_t run;  // of the monitor, in which it was opened
  };

  template <typename Read>
  auto keep_awake(Read read) -> decltype(read());
  const Plan* plan();
  Nanos period() const;
  Wanted wanted(bool details) const;
  // Null if it is not open. Valid until the next one is opened.
  OpenSpan* take_span(SlotHandle handle);
  WindowStats window(const WindowQuery& query, Wanted wanted);
  WindowStats sampled(WindowQuery query, const Wanted& wanted);
  void complete(WindowQuery& query, Edge& now);

  AskingThread& thread_;
  Sampler& sampler_ = Sampler::instance();
  const Demand demand_;
  const bool always_;
  Sampler::DemandId id_ = 0;  // 0 while not running
  uint32_t run_ = 0;          // grows with each start
  size_t open_marks_ = 0;     // of this run, those of spans included
  Slots<OpenSpan> spans_;

  // The plan in force while running, the last one after that: what was sampled stays readable.
  std::shared_ptr<const Plan> plan_;
  uint64_t plan_generation_ = 0;
};

}  // namespace spanmeter
