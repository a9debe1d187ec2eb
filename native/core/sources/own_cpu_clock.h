#pragma once

#include <optional>

#include "../clock.h"
#include "../ticks.h"

namespace spanmeter {

// The CPU clock of the calling thread, known at any moment without a system call: from the last check on, the
// ticks say how much time passed, and the thread is taken to have run. A check reads the clocks. How long one
// lasts decides how often it is worth it: a system call takes 0.1 us on one machine and 10 us on another.
// Belongs to one thread, which alone may call it.
class OwnCpuClock {
 public:
  // A check after an interval as long as so many checks takes a hundredth of it; one at least each so many, a
  // five-hundredth.
  static constexpr int kLookCosts = 100;
  static constexpr int kTrustCosts = 500;
  // CLOCK_MONOTONIC and the CPU clock are not read at one instant: what they say may be apart by so many
  // checks.
  static constexpr int kApartCosts = 40;

  // CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID and the ticks, or what stands for them in a test.
  struct Clocks {
    Nanos (*monotonic)();
    std::optional<Nanos> (*cpu)();  // nothing where it cannot be read
    Ticks (*ticks)();
  };
  // `tick`: about how many nanoseconds one takes; `cost`: how many a check takes.
  OwnCpuClock(Clocks clocks, double tick, Nanos cost);
  // On the real clocks. Measures both, for about 50 us.
  static OwnCpuClock measured();

  // What the clocks said at the last check.
  struct Check {
    Ticks ticks;
    Nanos time;  // CLOCK_MONOTONIC
    Nanos cpu;
  };
  // Nothing where the CPU clock cannot be read: then all stays as of the check before.
  std::optional<Check> check(Ticks now);
  const Check& last() const { return last_; }

  // CLOCK_MONOTONIC and the CPU clock at `now`. A thread that was away since the last check has used less.
  Nanos time_at(Ticks now) const { return last_.time + to_nanos(now - last_.ticks); }
  Nanos cpu_at(Ticks now) const { return last_.cpu + to_nanos(now - last_.ticks); }
  // For how long the thread was away, asleep or waiting for a CPU, between the checks so far.
  Nanos away() const { return away_; }

  // After an interval between two turns that is longer than this the clocks are asked whether the thread ran
  // in it.
  Ticks look() const { return look_; }
  // Turns in quick succession are trusted for this long.
  Ticks trust() const { return trust_; }
  // Beyond that, and before the first check, nothing is known without one.
  bool known() const { return known_; }
  bool out_of_date(Ticks now) const { return !known_ || now - last_.ticks > trust_ || now < last_.ticks; }
  Nanos apart() const { return kApartCosts * cost_; }
  Nanos cost() const { return cost_; }

  Nanos to_nanos(Ticks ticks) const { return static_cast<Nanos>(static_cast<double>(ticks) * tick_); }

 private:
  void begin(Ticks now);
  void set_tick(double tick);
  void follow_tick(Nanos passed, Ticks ticks);
  void measure_cost(Ticks begin);

  const Clocks clocks_;
  double tick_;      // nanoseconds, about
  int strange_ = 0;  // checks in a row that found another tick
  Nanos cost_;       // of a check, the least of late
  Ticks look_ = 0, trust_ = 0;
  bool known_ = false;  // whether there was a check
  Check last_{};
  Nanos away_ = 0;
};

}  // namespace spanmeter
