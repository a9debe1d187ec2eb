#pragma once

#include <cstdint>

#include "../history/edge.h"
#include "../history/history.h"
#include "quantiles.h"
#include "stretch.h"
#include "wanted.h"
#include "window_stats.h"

namespace spanmeter {

// What is asked: from when to when, with the counters at the edges where somebody read them.
struct WindowQuery {
  Nanos from;
  Nanos to;
  const Edge* start = nullptr;
  const Edge* end = nullptr;
  const Edge* now = nullptr;  // read just now, for a window that reaches beyond the newest sample
};

// Answers windows from the histories. Holds scratch memory only; one per asking thread.
class Window {
 public:
  // `cores`: that the process has; 0: no matter.
  explicit Window(int cores = 0) : cores_(cores) {}
  void cores(int cores) { cores_ = cores; }

  // `thread` is the history of the asking thread and may be null; `period` is the one in force.
  WindowStats stats(const WindowQuery& query, const ProcessHistory& process, const ThreadHistory* thread,
                    const Wanted& wanted, Nanos period);

 private:
  // Between two edges that the newest row lies before.
  WindowStats since_newest(const WindowQuery& query, const ProcessHistory& process, SourceSet sources,
                           Nanos period);
  void process_stats(const WindowQuery& query, const ProcessHistory& process, bool percentiles, Nanos period,
                     WindowStats& stats);
  void thread_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats);
  void wait_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats);
  void memory_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats);
  void usage_stats(const WindowQuery& query, const Pyramid* series, SourceSet sources, WindowStats& stats);
  void io_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats);
  void network_stats(WindowQuery query, const Pyramid* series, WindowStats& stats);
  void cgroup_stats(const WindowQuery& query, const Pyramid* series, WindowStats& stats);

  template <typename Values>
  bool load_totals(const WindowQuery& query, const Pyramid* series, Values (Edge::*take)() const);

  int cores_;
  Stretch stretch_;
  Quantiles quantiles_;
};

}  // namespace spanmeter
