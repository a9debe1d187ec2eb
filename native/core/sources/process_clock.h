#pragma once

#include <algorithm>
#include <optional>

#include "../clock.h"
#include "../usual.h"
#include "thread_clocks.h"

namespace spanmeter {

// The CPU clock of the process, with what is known of its error. The clocks of several threads cannot be read
// at one instant: of a thread that runs meanwhile the process clock holds what it had used when its own clock
// was read, or any later moment up to when the process clock was.
struct ProcessReading {
  Nanos time = 0;            // CLOCK_MONOTONIC, the middle of the time it may stand for
  Nanos process = 0;         // CLOCK_PROCESS_CPUTIME_ID
  Nanos own = 0;             // CLOCK_THREAD_CPUTIME_ID of the thread that reads
  Nanos late_lag = 0;        // from the first clock of a thread that had run lately to the last clock
  Nanos lag = 0;             // from the first clock of any thread to the last
  int clocks = 0;            // that were read
  int moved = 0;             // of them moved since the reading before
  bool early_moved = false;  // one of these belongs to a thread that had not run lately

  // The same with what the scheduler may not have booked yet, where the threads could not be listed.
  constexpr Nanos spread() const { return std::max(lag, late_lag); }
};

// How much the growth of the process clock between two neighbouring readings may be off, either way. Only
// threads that moved from one to the other can have run during a reading, and no more of them at a time than
// there are cores.
constexpr Nanos uncertainty(const ProcessReading& left, const ProcessReading& right, int cores) {
  // A thread that moved early in a reading runs on from there, or ran up to the next.
  const auto farthest = [](const ProcessReading& reading, bool early) {
    const Nanos after_time = reading.late_lag / 2;
    return early ? reading.spread() - after_time : after_time;
  };
  const Nanos apart =
      farthest(left, left.early_moved || right.early_moved) + farthest(right, right.early_moved);
  return std::min(right.moved, cores) * apart;
}

// What reading one clock usually takes here.
class UsualCost {
 public:
  // A reading that follows another at once, with warm caches, before there is any experience.
  void learn(const ProcessReading& reading) {
    const Nanos likely = 2 * each(reading);
    usual_ = usual_ == 0 ? likely : std::min(usual_, likely);
  }
  bool known() const { return usual_ != 0; }
  // Whether a reading took much longer: the thread lost its CPU meanwhile. `again`: it was taken at once
  // after another, and says nothing of what is usual.
  bool exceeded_by(const ProcessReading& reading, bool again) {
    const Nanos cost = each(reading);
    if (usual_ == 0) usual_ = cost;
    const bool exceeded = cost > 3 * usual_;
    if (!again) usual_ = usual_after(usual_, cost);
    return exceeded;
  }

 private:
  static Nanos each(const ProcessReading& reading) { return reading.lag / std::max(reading.clocks, 1); }

  Nanos usual_ = 0;  // 0 before the first reading
};

// Reads it. Not thread-safe.
class ProcessClock {
 public:
  // Nothing where a clock cannot be read.
  std::optional<ProcessReading> read();
  // errno of the last reading, also where threads could not be listed, which makes it less exact.
  int error() const { return error_; }
  const ThreadClocks& threads() const { return threads_; }

 private:
  ThreadClocks threads_;
  int error_ = 0;
};

}  // namespace spanmeter
