// Memory whose size is known because the test itself touched each page of it and let go of it again.

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <vector>

#include "../core/monitor.h"
#include "burner.h"
#include "check.h"
#include "started.h"

namespace spanmeter {
namespace {

constexpr size_t kKibibyte = 1 << 10, kMebibyte = 1 << 20;

// Pages of 4 KiB that nobody touched yet.
class Reserve {
 public:
  explicit Reserve(size_t bytes) : bytes_(bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory_ = static_cast<char*>(memory);
    CHECK_EQUAL(madvise(memory, bytes, MADV_NOHUGEPAGE), 0);
  }
  ~Reserve() { munmap(memory_, bytes_); }
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;

  size_t held() const { return held_; }
  void grow(size_t bytes) {
    touch(memory_ + held_, bytes);
    held_ += bytes;
  }
  void shrink(size_t bytes) {
    held_ -= bytes;
    CHECK_EQUAL(madvise(memory_ + held_, bytes, MADV_DONTNEED), 0);
  }

 private:
  const size_t bytes_;
  char* memory_;
  size_t held_ = 0;
};

// What the test's own heap and stacks take meanwhile; a sanitizer's take more.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr double kNoise = 3.0 * kMebibyte;
#else
constexpr double kNoise = 256.0 * kKibibyte;
#endif

// How far the resident set may be from the truth. Newer kernels report it to the page; older ones gather
// pages per thread or CPU before they count them.
double grain() {
  static const double bytes = [] {
    ResidentSet source;
    Reserve reserve(8 * 4 * kKibibyte);
    for (int i = 0; i < 8; i++) {
      const int64_t before = source.read().value_or(0);
      reserve.grow(4 * kKibibyte);
      if (source.read().value_or(0) - before != 4096) return 4.0 * kMebibyte;
    }
    return kNoise;
  }();
  return bytes;
}

Demand each_millisecond() {
  return {{kMillisecond, 30 * kSecond}, kAllSources, 0};
}

// Until the resident set was read after this call: it is read every 2 ms at the most, so each sample that is
// later than that comes with a reading or after one.
void wait_for_reading(Monitor& monitor) {
  sleep_for(3 * kMillisecond);
  const int64_t samples = monitor.health().samples;
  while (monitor.health().samples < samples + 2) sleep_for(kMillisecond);
}

struct Step {
  Edge edge;  // as soon as the step is done
  size_t held;
};

// Up and down; the memory that is held after each step is the truth.
std::vector<Step> climb(Monitor& monitor, Reserve& reserve) {
  std::vector<Step> steps{{monitor.edge(), reserve.held()}};
  const auto step = [&](auto&& change) {
    wait_for_reading(monitor);
    change();
    steps.push_back({monitor.edge(), reserve.held()});
  };
  constexpr size_t kSizes[] = {4 * kKibibyte, 64 * kKibibyte, kMebibyte, 8 * kMebibyte, 64 * kMebibyte};
  for (const size_t size : kSizes) step([&] { reserve.grow(size); });
  for (const size_t size : kSizes) step([&] { reserve.shrink(size); });
  step([&] { reserve.grow(16 * kMebibyte); });
  wait_for_reading(monitor);
  return steps;
}

TEST(a_staircase_of_memory_is_followed_step_by_step) {
  const double tolerance = grain();
  Reserve reserve(96 * kMebibyte);
  AskingThread thread;
  Monitor monitor(thread, each_millisecond(), true);
  CHECK_EQUAL(monitor.start(), 0);
  wait_for_start(monitor);
  const std::vector<Step> steps = climb(monitor, reserve);

  const double base = static_cast<double>(steps[0].edge.resident);
  for (size_t a = 0; a < steps.size(); a++) {
    size_t low = steps[a].held, high = low;
    for (size_t b = a; b < steps.size(); b++) {
      low = std::min(low, steps[b].held);
      high = std::max(high, steps[b].held);
      const Edge &start = steps[a].edge, &end = steps[b].edge;
      const WindowStats exact = monitor.window({start.time, end.time, &start, &end});
      CHECK_NEAR(exact.memoryStart - base, static_cast<double>(steps[a].held), tolerance);
      CHECK_NEAR(exact.memoryEnd - base, static_cast<double>(steps[b].held), tolerance);
      CHECK_NEAR(exact.memoryMin - base, static_cast<double>(low), tolerance);
      CHECK_NEAR(exact.memoryMax - base, static_cast<double>(high), tolerance);
    }
  }
}

// The mean of a window, against the sum of what was held for how long. Between two readings nobody knows when
// the memory changed, so the mean may be off by each step times the time without a reading around it.
TEST(the_mean_of_a_staircase_is_weighted_by_time) {
  Reserve reserve(96 * kMebibyte);
  AskingThread thread;
  Monitor monitor(thread, each_millisecond(), true);
  CHECK_EQUAL(monitor.start(), 0);
  wait_for_start(monitor);

  const Edge start = monitor.edge();
  double area = 0, doubt = 0, moved = 0;
  Nanos since = start.time;
  const auto hold = [&](Nanos time) {
    sleep_for(time);
    wait_for_reading(monitor);
  };
  const auto change = [&](size_t bytes, bool up) {
    const Nanos begin = monotonic_now();
    moved += static_cast<double>(bytes);
    area += static_cast<double>(reserve.held()) * static_cast<double>(begin - since);
    up ? reserve.grow(bytes) : reserve.shrink(bytes);
    since = monotonic_now();
    area += static_cast<double>(reserve.held()) * static_cast<double>(since - begin);
    doubt += static_cast<double>(bytes) * static_cast<double>(since - begin);
  };
  // Far from half-way between the extremes.
  hold(200 * kMillisecond);
  change(64 * kMebibyte, true);
  hold(20 * kMillisecond);
  change(48 * kMebibyte, false);
  hold(60 * kMillisecond);
  change(32 * kMebibyte, true);
  hold(20 * kMillisecond);
  const Edge end = monitor.edge();
  area += static_cast<double>(reserve.held()) * static_cast<double>(end.time - since);

  const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
  // Memory is read with the first sample after 2 ms.
  doubt += moved * (stats.maxGapMs + 2) * 1e6;
  const double length = static_cast<double>(end.time - start.time);
  CHECK_NEAR(stats.memoryAvg - static_cast<double>(start.resident), area / length, doubt / length + grain());
}

TEST(pages_that_were_touched_are_the_minor_faults_of_the_window) {
  constexpr size_t kPages = 5000;
  Reserve reserve(2 * kPages * 4096);
  AskingThread thread;
  Monitor monitor(thread, each_millisecond(), true);
  CHECK_EQUAL(monitor.start(), 0);
  wait_for_start(monitor);
  const auto faults_of = [&](size_t pages) {
    const Edge start = monitor.edge();
    reserve.grow(pages * 4096);
    const Edge end = monitor.edge();
    const WindowStats stats = monitor.window({start.time, end.time, &start, &end});
    CHECK_EQUAL(stats.majorFaults, 0);
    return stats.minorFaults;
  };
  faults_of(1);  // what the first window itself touches
  for (const size_t pages : {size_t{0}, size_t{1000}, kPages}) {
    CHECK_NEAR(faults_of(pages), static_cast<double>(pages), 100);
  }
  // Once they are there they fault no more; let go of, they do so again.
  reserve.shrink(kPages * 4096);
  CHECK_NEAR(faults_of(kPages), kPages, 100);
}

}  // namespace
}  // namespace spanmeter
