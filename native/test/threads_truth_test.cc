// Threads that the sampler may never get to see: what they used is in the total all the same.

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "eventually.h"
#include "sampler_thread.h"
#include "temporary_tree.h"

namespace spanmeter {
namespace {

// CPU of a window; that of the threads in it, by their own clocks, as far as these go; and that of the
// process around it by the kernel's books, which have what a thread uses after its last look at its clock, to
// end.
struct Burned {
  double window_ms = 0;
  double inside_ms = 0;
  double around_ms = 0;
  double samples = 0;
};

Nanos process_cpu() {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
}

// `count` threads, `together` at a time, each of which burns and ends.
Burned burn_in_threads(Nanos period, size_t count, size_t together, Nanos each) {
  std::thread([] {}).join();  // a sanitizer starts a thread of its own along with the first one
  AskingThread asking;
  Monitor monitor(asking, {{period, 10 * kSecond}, kAllSources, 0}, true);
  const int64_t earlier = monitor.health().samples;  // of the samplers before
  CHECK_EQUAL(monitor.start(), 0);
  CHECK(eventually([&] { return monitor.health().samples > earlier; }));
  std::vector<Nanos> used(count);
  // In this order, so that what the sampler uses between the readings is on top, here and at the end.
  const Nanos process_before = process_cpu(), sampler_before = sampler_cpu();
  const Edge start = monitor.mark();
  const Nanos own_before = own_cpu();
  for (size_t done = 0; done < count; done += together) {
    std::vector<std::thread> threads;
    for (size_t i = done; i < std::min(count, done + together); i++) {
      threads.emplace_back([&, i] { burn(each), used[i] = own_cpu(); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  Nanos inside = own_cpu() - own_before;
  for (const Nanos cpu : used) inside += cpu;
  const Edge end = monitor.edge();
  const Nanos sampler = sampler_cpu() - sampler_before;
  const Nanos around = process_cpu() - process_before - sampler;
  const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
  CHECK(stats.coverage <= 1 && stats.cpuMin >= 0);
  return {stats.cpuTimeMs, to_ms(inside), to_ms(around), stats.samples};
}

void check(const Burned& burned) {
  CHECK_NEAR(std::max(0.0, burned.inside_ms - burned.window_ms), 0, 0.2);
  CHECK_NEAR(std::max(0.0, burned.window_ms - burned.around_ms * 1.01), 0, 0.2);
}

TEST(four_threads_that_burn_at_once_are_counted_in_full) {
  check(burn_in_threads(kMillisecond, 4, 4, 60 * kMillisecond));
}

TEST(threads_that_are_born_and_gone_between_two_ticks_are_counted_in_full) {
  const Burned burned = burn_in_threads(kSecond, 60, 1, 2 * kMillisecond);
  CHECK(burned.samples < 10);
  check(burned);
}

TEST(threads_by_the_hundred_are_counted_in_full) {
  check(burn_in_threads(kMillisecond / 5, 400, 3, kMillisecond / 2));
}

// It used something, and nobody knows how much. As far as it was read before, that was of another moment.
TEST(a_thread_whose_clock_cannot_be_read_has_no_clock) {
  const TemporaryTree tree;
  const auto listed = [&](pid_t tid) { tree.write("/task/" + std::to_string(tid) + "/stat", ""); };
  constexpr pid_t kNever = (1 << 22) - 1;  // the highest that there can be
  listed(static_cast<pid_t>(syscall(SYS_gettid)));
  listed(kNever);
  std::atomic<pid_t> tid = 0;
  std::atomic<bool> ends = false;
  std::thread other([&] {
    tid = static_cast<pid_t>(syscall(SYS_gettid));
    tid.notify_all();
    burn(kMillisecond);
    ends.wait(false);
  });
  tid.wait(0);
  listed(tid);
  ThreadClocks clocks(tree.root() + "/task");
  CHECK(eventually([&] {
    clocks.refresh();
    return clocks.cpu(tid).value_or(0) >= kMillisecond;
  }));
  CHECK_EQUAL(clocks.count(), size_t{2});
  CHECK(!clocks.cpu(kNever));
  ends = true;
  ends.notify_all();
  other.join();
  CHECK(eventually([&] {
    clocks.refresh();
    return !clocks.cpu(tid);
  }));
}

}  // namespace
}  // namespace spanmeter
