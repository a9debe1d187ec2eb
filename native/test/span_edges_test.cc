// The edges of spans: what is derived, held against the threads' own clocks.

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "../core/edge/waiting.h"
#include "../core/history/rows.h"
#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "eventually.h"
#include "made_edges.h"
#include "started.h"

namespace spanmeter {
namespace {

// Between two samples that are far apart the others are seen, too, since reading is affordable then.
TEST(a_long_period_hides_no_others_that_run_in_between) {
  AskingThread thread;
  Monitor monitor(thread, {{200 * kMillisecond, 10 * kSecond}, kAllSources, 0, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  CHECK(eventually([&] { return monitor.health().samples >= 3; }));
  int in_between = 0;
  for (int round = 0; round < 50 && in_between < 5; round++) {
    const int64_t samples = monitor.health().samples;
    sleep_for(20 * kMillisecond);
    const SlotHandle span = monitor.open_span(false);
    Nanos burnt = 0;
    std::thread([&] { burnt = burn(10 * kMillisecond); }).join();
    WindowStats stats;
    CHECK(monitor.close_span(span, false, stats));
    // One just before either end would be believed.
    if (monitor.health().samples != samples) continue;
    in_between++;
    CHECK(stats.cpuTimeMs >= 0.9 * to_ms(burnt));
  }
  CHECK_EQUAL(in_between, 5);
}

TEST(a_long_period_hides_no_memory_that_is_filled_in_between) {
  constexpr size_t kFilled = 16 << 20;
  AskingThread thread;
  Monitor monitor(thread, {{200 * kMillisecond, 10 * kSecond}, kAllSources, 0, 0}, true);
  CHECK_EQUAL(monitor.start(), 0);
  CHECK(eventually([&] { return monitor.health().samples >= 3; }));
  int in_between = 0;
  for (int round = 0; round < 50 && in_between == 0; round++) {
    const int64_t samples = monitor.health().samples;
    sleep_for(20 * kMillisecond);  // one just before would be believed
    const SlotHandle span = monitor.open_span(false);
    // Filled anew each time: what is freed may stay resident.
    void* const filled =
        mmap(nullptr, kFilled, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    WindowStats stats;
    CHECK(monitor.close_span(span, false, stats));
    munmap(filled, kFilled);
    if (monitor.health().samples != samples) continue;
    in_between++;
    CHECK(stats.memoryMax - stats.memoryMin > 0.9 * kFilled);
  }
  CHECK_EQUAL(in_between, 1);
}

// The thread may lose its CPU in the middle of an edge, and the sampler take its first sample by then.
TEST(a_first_sample_after_an_edge_says_nothing_of_it) {
  for (const bool after_start : {true, false}) {
    MadeEdges made(1e-9);
    const auto sample = [&] { made.made.add(monotonic_now() + kSecond, own_cpu(), 0); };
    if (!after_start) sample();
    OpenEdge start = made.start();
    if (after_start) sample();
    const Edge end = made.end(start);
    CHECK(start.cpu != kMissing && end.cpu != kMissing);
    CHECK(end.cpu - start.cpu >= end.thread - start.thread);
  }
}

struct Span {
  OpenEdge start;
  Edge end;
};

// A span whose start was read, and whose end was derived: between them `sample` makes samples. Where the
// thread loses its CPU in between the end is read, and it is tried again.
template <typename Sample>
Span span_read_at_its_start(Sample sample) {
  for (int attempt = 0;; attempt++) {
    MadeEdges made(1e-9);
    Span span;
    sample(made.made, nullptr);
    span.start = made.start();
    sample(made.made, &span.start);
    span.end = made.end(span.start);
    const bool derived = made.edges.counts().derived == 1;
    if (!derived && attempt < 50) continue;
    CHECK(derived);
    return span;
  }
}

// The sampler may have read its first sample before the span and be kept from publishing it until the end.
TEST(the_others_have_used_no_less_at_the_end_than_was_read_at_the_start) {
  std::thread([] { burn(5 * kMillisecond); }).join();
  const auto [start, end] = span_read_at_its_start([](MadeHistory& made, const Edge* begun) {
    if (begun) made.add(begun->time - kMillisecond, begun->thread - kMillisecond, 0);
  });
  CHECK(start.cpu - start.thread >= 4 * kMillisecond);
  CHECK_EQUAL(end.cpu - start.cpu, end.thread - start.thread);
}

// With a long period the newest sample is old, and may have seen the others run who have not since.
TEST(others_that_ran_before_a_start_that_was_read_are_not_of_the_span) {
  const auto [start, end] = span_read_at_its_start([](MadeHistory& made, const Edge* begun) {
    if (begun) return;
    const Nanos now = monotonic_now(), cpu = own_cpu();
    made.add(now - 1800 * kMillisecond, cpu, 0);
    made.add(now - 800 * kMillisecond, cpu, 200 * kMillisecond);
  });
  const Nanos others = end.cpu - start.cpu - (end.thread - start.thread);
  // As they went on lately, a fifth of a core.
  CHECK(others >= 0 && others <= (end.time - start.time) / 4);
}

// How far a span of so long is from the truth, when nothing may be read at its edges. In milliseconds.
double error_of_span(Monitor& monitor, Nanos length, const std::atomic<Nanos>& others) {
  const Nanos own_before = own_cpu(), others_before = others;
  const SlotHandle span = monitor.open_span(false);
  burn(length);
  WindowStats stats;
  CHECK(monitor.close_span(span, false, stats));
  const Nanos truth = own_cpu() - own_before + others - others_before;
  return stats.cpuTimeMs - to_ms(truth);
}

// A machine that takes the CPU away in a span makes one that is longer, and a clock that stands still one
// that is off: the best of some.
double best_error(bool beside, Nanos length) {
  AskingThread thread;
  Demand demand{{kMillisecond, kSecond}, kAllSources, 0, 1e-9};
  Monitor monitor(thread, demand, true);
  CHECK_EQUAL(monitor.start(), 0);
  std::atomic<Nanos> others{0};
  std::atomic<bool> stop{false};
  std::thread burner([&] {
    while (!stop) {
      if (beside) {
        others = own_cpu();
      } else {
        sleep_for(kMillisecond);
      }
    }
  });
  wait_for_start(monitor);
  double best = 1e9;
  for (int round = 0; round < 20; round++) {
    const double error = std::fabs(error_of_span(monitor, length, others));
    best = std::min(best, error);
  }
  const Health health = monitor.health();
  CHECK(health.edges.derived > 0);
  stop = true;
  burner.join();
  return best;
}

// The sampler may be kept from its CPU for longer than a span lasts, and a reading that was cut in two may
// cost more than the budget has: then both ends are read all the same.
TEST(a_span_waited_for_no_longer_than_its_thread_was_away) {
  Edge start, end;
  start.time = kSecond;
  start.thread = 100 * kMillisecond;
  end.time = start.time + 40 * kMillisecond;
  end.thread = start.thread + 30 * kMillisecond;
  // Read a second before, and at the end.
  start.runDelay = 5 * kMillisecond;
  end.runDelay = 105 * kMillisecond;
  leave_out_earlier_waits(start, end);
  CHECK_EQUAL(end.runDelay - start.runDelay, 10 * kMillisecond);
  // One that can be stays.
  start.runDelay = 101 * kMillisecond;
  leave_out_earlier_waits(start, end);
  CHECK_EQUAL(end.runDelay - start.runDelay, 4 * kMillisecond);
  start.runDelay = kMissing;
  leave_out_earlier_waits(start, end);
  CHECK_EQUAL(start.runDelay, kMissing);
}

TEST(a_span_is_known_before_the_first_sample) {
  for (int round = 0; round < 100; round++) {
    AskingThread thread;
    Monitor monitor(thread, {{kMillisecond, kSecond}, kAllSources, 0, 1e-9}, true);
    CHECK_EQUAL(monitor.start(), 0);
    const Nanos before = own_cpu();
    const SlotHandle span = monitor.open_span(false);
    WindowStats stats;
    CHECK(monitor.close_span(span, false, stats));
    // There is no other thread but the sampler, which leaves itself out.
    const double most = to_ms(own_cpu() - before + monitor.health().edge_bound);
    CHECK(stats.cpuTimeMs >= 0 && stats.cpuTimeMs <= most);
  }
}

TEST(a_derived_span_has_the_time_of_its_thread) {
  for (const Nanos length : {kMillisecond / 3, 5 * kMillisecond}) {
    CHECK_NEAR(best_error(false, length), 0, 0.1 * to_ms(length));
  }
}

TEST(a_derived_span_has_the_time_of_other_threads_to_a_period_at_either_end) {
  CHECK_NEAR(best_error(true, 20 * kMillisecond), 0, 2);
}

}  // namespace
}  // namespace spanmeter
