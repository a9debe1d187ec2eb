// Spans that outlive the samples around their start: the summaries of those are of a second and more.

#include "../core/window/window.h"
#include "burner.h"
#include "check.h"
#include "eventually.h"
#include "made_edges.h"

namespace spanmeter {
namespace {

// Others that idle until the span starts, and run on one core from then on. The nearest summaries are of 1024
// samples, and the start is in the middle of one.
struct LongSpan {
  MadeEdges made{1e-9};
  OpenEdge start;
  Nanos newest;  // when the last sample was taken
  Edge end;

  LongSpan() {
    constexpr Nanos kApart = 10 * kMicrosecond;
    const Nanos begin = monotonic_now(), cpu = own_cpu();
    for (int i = 2560; i > 0; i--) made.made.add(begin - i * kApart, cpu, 0);
    start = made.start();
    newest = start.time;
    for (int i = 0; i < 35'000; i++) {
      newest += kApart;
      made.made.add(newest, cpu, newest - start.time);
    }
    while (monotonic_now() < newest) sleep_for(kMillisecond);
    end = made.end(start);
  }
};

TEST(a_span_that_outlives_its_samples_has_what_the_others_used_since_its_start) {
  const LongSpan span;
  const Edge &start = span.start, &end = span.end;
  const Nanos others = (end.cpu - start.cpu) - (end.thread - start.thread);
  // After the newest sample this thread, which made them, may have left them no core.
  CHECK(others >= span.newest - start.time - kMillisecond);
  CHECK(others <= end.time - start.time + kMillisecond);
}

TEST(a_start_that_is_far_from_the_summary_beside_it_makes_no_peak) {
  LongSpan span;
  span.start.cpu -= 20 * kMillisecond;
  Window window(2);
  const MadeHistory& made = span.made.made;
  const WindowStats stats = window.stats({span.start.time, span.newest, &span.start}, *made.process,
                                         made.thread.get(), {kAllSources}, kMillisecond);
  CHECK(stats.cpuMax >= 99);
  CHECK(stats.cpuMax <= 200);
  CHECK(stats.cpuP99 <= 200 * 1.016);
}

}  // namespace
}  // namespace spanmeter
