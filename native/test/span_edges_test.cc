// The edges of spans: what is derived, held against the threads' own clocks.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "../core/edge/edge_budget.h"
#include "../core/edge/others.h"
#include "../core/edge/waiting.h"
#include "../core/history/point.h"
#include "../core/history/rows.h"
#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "started.h"

namespace spanmeter {
namespace {

TEST(a_budget_saves_up_and_is_spent) {
  EdgeBudget budget;
  CHECK(budget.affords(kSecond));  // without a limit
  budget.limit(0.01);
  CHECK(budget.affords(2 * kSecond));
  budget.charge(kMillisecond);  // all of 100 ms at a hundredth
  CHECK(!budget.affords(2 * kSecond));
  CHECK(budget.affords(2 * kSecond + kMillisecond));
  budget.charge(100 * kMillisecond);  // no debt is older than what could have been saved up
  CHECK(!budget.affords(2 * kSecond + 50 * kMillisecond));
  CHECK(budget.affords(2 * kSecond + 200 * kMillisecond));
  CHECK_EQUAL(budget.spent(), 101 * kMillisecond);
}

TEST(a_value_between_two_rows_lies_on_the_line) {
  const auto pyramid = Pyramid::create(2, Kind::kRate, 1, 16, 16);
  CHECK(!value_at(*pyramid, 1, 5));
  for (int64_t i = 1; i <= 200; i++) {
    const int64_t row[] = {i * 1000, i * i};
    pyramid->append(row);
  }
  CHECK_EQUAL(value_at(*pyramid, 1, 200'000).value_or(-1), 40'000);
  CHECK_EQUAL(value_at(*pyramid, 1, 999'000).value_or(-1), 40'000);  // after the newest
  CHECK_EQUAL(value_at(*pyramid, 1, 199'500).value_or(-1), 39'801 - 1 + (40'000 - 39'601) / 2 - 198);
  CHECK_EQUAL(value_at(*pyramid, 1, 190'000).value_or(-1), 36'100);
  // The rows are gone, the nodes of 32 rows are not: those at 65 and 97 thousand.
  CHECK_EQUAL(value_at(*pyramid, 1, 80'000).value_or(-1), 65 * 65 + (97 * 97 - 65 * 65) * 15 / 32);
  CHECK(!value_at(*pyramid, 1, 10));
}

struct Made {
  explicit Made(pid_t tid = 1) : thread(ThreadHistory::create(tid, {kMillisecond, kSecond})) {}

  std::shared_ptr<ProcessHistory> process = ProcessHistory::create({kMillisecond, kSecond});
  std::shared_ptr<ThreadHistory> thread;

  void add(Nanos time, Nanos thread_cpu, Nanos others) {
    const int64_t row[ProcessRow::kWidth] = {time, time, thread_cpu + others};
    process->append_process(row);
    const int64_t thread_row[ThreadRow::kWidth] = {time, thread_cpu};
    thread->cpu->append(thread_row);
  }
};

TEST(others_go_on_as_between_the_last_two_samples_with_the_cores_that_are_left) {
  Made made;
  LatestOthers latest;
  const auto others_after = [&](Nanos time, Nanos cpu) {
    return latest.after(*made.process, *made.thread, time, cpu, 2);
  };
  CHECK(!others_after(kSecond, 0));
  made.add(1 * kMillisecond, 0, 0);
  made.add(2 * kMillisecond, 0, kMillisecond / 2);
  CHECK(others_run(*made.process, *made.thread));
  CHECK_EQUAL(others_at(*made.process, *made.thread, kMillisecond * 3 / 2).value_or(-1), kMillisecond / 4);
  CHECK_EQUAL(others_after(3 * kMillisecond, 0).value_or(-1), kMillisecond);
  // By the sample that is kept now.
  CHECK_EQUAL(others_after(4 * kMillisecond, kMillisecond).value_or(-1), kMillisecond * 3 / 2);
  made.add(3 * kMillisecond, 0, kMillisecond * 5 / 2);
  // They had two cores; the thread has one of them now.
  CHECK_EQUAL(others_after(4 * kMillisecond, kMillisecond).value_or(-1), kMillisecond * 7 / 2);
  made.add(4 * kMillisecond, kMillisecond, kMillisecond * 5 / 2);
  CHECK(!others_run(*made.process, *made.thread));
}

// The sampler may have read its first sample before the span and be kept from publishing it until the end.
TEST(the_others_have_used_no_less_at_the_end_than_was_read_at_the_start) {
  EdgeReader reader(2);
  OwnCpuClock clock = OwnCpuClock::measured();
  SpanEdges edges(reader, clock, 2);
  edges.add_limit(1e-9);
  Made made(reader.tid());
  Plan plan;
  plan.process = made.process;
  plan.threads = {made.thread};
  std::thread([] { burn(5 * kMillisecond); }).join();
  Edge start = edges.start(Sampler::instance(), plan, {kAllSources, false});
  CHECK(start.cpu - start.thread >= 4 * kMillisecond);
  made.add(start.time - kMillisecond, start.thread - kMillisecond, 0);
  const Edge end = edges.end(Sampler::instance(), plan, {kAllSources, false}, start);
  CHECK_EQUAL(edges.counts().derived, 1);
  CHECK_EQUAL(end.cpu - start.cpu, end.thread - start.thread);
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
