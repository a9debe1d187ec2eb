#pragma once

#include <optional>

#include "../sources/cgroup.h"
#include "../sources/cores.h"
#include "../sources/own_cpu_clock.h"
#include "../window/window.h"
#include "edge_reader.h"
#include "span_edges.h"

namespace spanmeter {

// What the monitors of one JavaScript thread share: the means to read and to compute on it.
class AskingThread {
  int cores_ = available_cores();  // first: the others are made with it

 public:
  EdgeReader edges{cores_};
  Window window{cores_};

  // There may be more of them now.
  void follow_cores() {
    const int cores = available_cores();
    if (cores == cores_) return;
    cores_ = cores;
    edges.cores(cores);
    window.cores(cores);
    if (span_edges_) span_edges_->cores(cores);
  }

  // Made when they are first asked for, which takes 50 us.
  OwnCpuClock& clock() {
    if (!clock_) clock_.emplace(OwnCpuClock::measured());
    return *clock_;
  }
  SpanEdges& span_edges() {
    if (!span_edges_) span_edges_.emplace(edges, clock(), cores_);
    return *span_edges_;
  }

  // What the cgroup allows, as of the last ten seconds: it hardly ever changes, and reading it opens files.
  // What could not be read is asked for again after a second.
  const CgroupLimits& limits(Nanos now);

 private:
  std::optional<OwnCpuClock> clock_;
  std::optional<SpanEdges> span_edges_;
  Cgroup cgroup_;
  CgroupLimits limits_;
  Nanos limits_due_ = 0;
};

}  // namespace spanmeter
