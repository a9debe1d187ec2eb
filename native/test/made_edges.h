#pragma once

#include "../core/edge/span_edges.h"
#include "made_history.h"

namespace spanmeter {

// The edges of this thread beside samples that a test makes up.
struct MadeEdges {
  explicit MadeEdges(double limit, const OwnCpuClock& on = OwnCpuClock::measured()) : clock(on) {
    edges.add_limit(limit);
  }

  OpenEdge start(bool details = false) {
    return edges.start(Sampler::instance(), plan, {kAllSources, details});
  }
  Edge end(OpenEdge& start, bool details = false) {
    return edges.end(Sampler::instance(), plan, {kAllSources, details}, start);
  }

  EdgeReader reader{2};
  OwnCpuClock clock;
  SpanEdges edges{reader, clock, 2};
  MadeHistory made{reader.tid()};
  const Plan plan = made.plan();
};

}  // namespace spanmeter
