#include "own_cpu_clock.h"

#include <algorithm>

namespace spanmeter {

namespace {
// What fails once may pass, and without this check nobody knows whose of two intervals the thread was away
// in.
std::optional<Nanos> thread_cpu_now() {
  const std::optional<Nanos> cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
  return cpu ? cpu : read_clock(CLOCK_THREAD_CPUTIME_ID);
}
}  // namespace

OwnCpuClock::OwnCpuClock(Clocks clocks, double tick, Nanos cost)
    : clocks_(clocks), tick_(tick), cost_(std::max<Nanos>(1, cost)) {
  set_tick(tick);
  begin(clocks_.ticks());
}

// The first check, which has none before it.
void OwnCpuClock::begin(Ticks now) {
  const Nanos time = clocks_.monotonic();
  const std::optional<Nanos> cpu = clocks_.cpu();
  known_ = cpu.has_value();
  last_ = {now, time, cpu.value_or(0)};
}

OwnCpuClock OwnCpuClock::measured() {
  const double tick = measure_tick();
  OwnCpuClock clock({monotonic_now, thread_cpu_now, ticks_now}, tick, kMillisecond);
  // The shortest: whatever comes between makes one longer.
  for (int i = 0; i < 5; i++) clock.check(ticks_now());
  return clock;
}

void OwnCpuClock::set_tick(double tick) {
  tick_ = tick;
  look_ = static_cast<Ticks>(static_cast<double>(kLookCosts * cost_) / tick);
  trust_ = static_cast<Ticks>(static_cast<double>(kTrustCosts * cost_) / tick);
}

std::optional<OwnCpuClock::Check> OwnCpuClock::check(Ticks now) {
  if (!known_) {
    begin(now);
    return known_ ? std::optional(last_) : std::nullopt;
  }
  const Ticks begin = clocks_.ticks();
  const Nanos time = clocks_.monotonic();
  const std::optional<Nanos> cpu = clocks_.cpu();
  if (!cpu) return std::nullopt;
  const Check next{now, time, *cpu};
  measure_cost(begin);
  const Nanos passed = next.time - last_.time;
  follow_tick(passed, now - last_.ticks);
  away_ += std::max<Nanos>(0, passed - (next.cpu - last_.cpu));
  last_ = next;
  return next;
}

// The least of late, so that it follows a machine that became slower, but no single check that was
// interrupted.
void OwnCpuClock::measure_cost(Ticks begin) {
  const Nanos took = std::max<Nanos>(1, to_nanos(clocks_.ticks() - begin));
  cost_ = std::min(took, cost_ + cost_ / 64 + 1);
  set_tick(tick_);
}

// Ticks that jumped (the machine slept or was moved, or this thread lost its CPU between the reading of two
// clocks) say nothing about how long one takes; a rate that stays a different one is believed in the end.
void OwnCpuClock::follow_tick(Nanos passed, Ticks ticks) {
  constexpr double kOff = 0.1;
  constexpr int kBelieved = 8;
  if (passed < kLookCosts * cost_ || ticks <= 0) return;
  const double tick = static_cast<double>(passed) / static_cast<double>(ticks);
  const bool strange = tick < tick_ * (1 - kOff) || tick > tick_ * (1 + kOff);
  strange_ = strange ? strange_ + 1 : 0;
  if (strange_ > 0 && strange_ < kBelieved) return;
  strange_ = 0;
  set_tick(tick);
}

}  // namespace spanmeter
