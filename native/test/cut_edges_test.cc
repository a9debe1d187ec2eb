// Edges at which the thread loses its CPU in the middle.

#include <utility>

#include "burner.h"
#include "check.h"
#include "made_edges.h"

namespace spanmeter {
namespace {

// A clock that is off by so much stands for a thread that loses its CPU after it looked at it.
Nanos off = 0;
OwnCpuClock clock_that_is_off() {
  const auto [ticks, time] = std::pair(ticks_now(), monotonic_now());
  sleep_for(kMillisecond);
  const double tick = static_cast<double>(monotonic_now() - time) / static_cast<double>(ticks_now() - ticks);
  const auto cpu = []() -> std::optional<Nanos> { return own_cpu(); };
  return OwnCpuClock({[] { return monotonic_now() + off; }, cpu, ticks_now}, tick, kMicrosecond);
}

TEST(an_edge_that_was_cut_is_where_the_others_were_read) {
  MadeEdges made(0, clock_that_is_off());
  off = -kSecond;
  const Nanos before = monotonic_now();
  const OpenEdge start = made.start();
  CHECK(start.time >= before && start.time <= monotonic_now());
}

TEST(no_span_ends_before_it_began) {
  MadeEdges made(0, clock_that_is_off());
  off = kSecond;
  OpenEdge start = made.start();
  off = kSecond / 2;
  const Edge end = made.end(start);
  CHECK_EQUAL(end.time, start.time);
}

}  // namespace
}  // namespace spanmeter
