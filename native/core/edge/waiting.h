#pragma once

#include <algorithm>

#include "../history/edge.h"

namespace spanmeter {

// The run delay at the start of a span may be one that was read long before, and at its end one that was read
// there. What is beyond the time that the thread was away in between was waited for before the start.
inline void leave_out_earlier_waits(Edge& start, const Edge& end) {
  if (start.runDelay == kMissing || end.runDelay == kMissing) return;
  if (start.thread == kMissing || end.thread == kMissing) return;
  const int64_t away = (end.time - start.time) - (end.thread - start.thread);
  start.runDelay = std::max(start.runDelay, end.runDelay - std::max<int64_t>(0, away));
}

}  // namespace spanmeter
