#include "clock_step.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "side_thread.h"

namespace spanmeter {

namespace {

// Less is what the two clocks move between their readings.
constexpr Nanos kStep = 100 * kMicrosecond;
// Two readings within this time have at most one tick between them: the fastest comes each millisecond.
constexpr Nanos kClose = 500 * kMicrosecond;
constexpr size_t kEnough = 10;

std::optional<Nanos> cpu_of_others() {
  const auto process = read_clock(CLOCK_PROCESS_CPUTIME_ID), own = read_clock(CLOCK_THREAD_CPUTIME_ID);
  return process && own ? std::optional(*process - *own) : std::nullopt;
}

// Ends what spins until it is set, on any way out: also where there is no memory for what was found.
struct SetAtEnd {
  std::atomic<bool>& flag;
  ~SetAtEnd() { flag.store(true, std::memory_order_relaxed); }  // publishes nothing
};

}  // namespace

std::optional<Nanos> process_clock_step(Nanos duration) {
  std::vector<Nanos> steps;
  std::atomic<bool> stop{false};
  {
    const SideThread burner([&stop] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
    const SetAtEnd ends_burner{stop};  // before it is joined
    if (!burner.started()) return std::nullopt;
    const Nanos end = monotonic_now() + duration;
    std::optional<Nanos> cpu = cpu_of_others();
    Nanos before = 0;  // the last reading
    Nanos now = monotonic_now();
    while (now < end) {
      const Nanos begin = std::exchange(before, now);
      const std::optional<Nanos> last = std::exchange(cpu, cpu_of_others());
      now = monotonic_now();
      if (!cpu || !last) continue;
      const Nanos step = *cpu - *last;
      if (step > kStep && now - begin < kClose) steps.push_back(step);
    }
  }
  if (steps.size() < kEnough) return std::nullopt;
  // Others who want the CPU of the busy thread make steps shorter, nothing makes them longer. So those that
  // are whole agree, and there must be enough of them.
  std::sort(steps.begin(), steps.end());
  const Nanos half = steps[steps.size() / 2];
  const Nanos most = steps[steps.size() * 9 / 10];
  return half * 10 >= most * 9 ? std::optional(most) : std::nullopt;
}

}  // namespace spanmeter
