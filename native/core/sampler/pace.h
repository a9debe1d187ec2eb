#pragma once

#include <optional>
#include <utility>

#include "../clock.h"
#include "budget.h"
#include "tick_grid.h"
#include "watchers.h"

namespace spanmeter {

// What the sampler thread does next, and at which period: the grid of its ticks, the budget that may lengthen
// the period, and when to park. It reads no clock and waits for nothing itself.
class Pace {
 public:
  // The sampler stays awake for so long after the last watcher has gone: spans in quick succession do not put
  // it to sleep and wake it again.
  static constexpr Nanos kLinger = 20 * kMillisecond;

  // `period`: the wanted one; `max_overhead`: share of one core, 0: no limit.
  Pace(Nanos period, double max_overhead, Nanos now, Watchers::Seen seen)
      : wanted_(period), grid_(now, period), watched_at_(now), seen_(seen) {
    budget_.limit(max_overhead);
  }

  // The period in force.
  Nanos period() const { return grid_.period(); }
  // The tick to be taken next.
  Nanos due() const { return grid_.due(); }

  // Somebody came or went. Who wants no other period does not undo what the budget found.
  void adopt(Nanos period, double max_overhead, Nanos now) {
    budget_.limit(max_overhead);
    budget_.interrupt();
    const bool same = std::exchange(wanted_, period) == period;
    grid_ = TickGrid(now, same && max_overhead > 0 ? grid_.period() : period);
  }

  enum class Step { kPark, kRest /* until due() */, kTick };
  Step next(Nanos now, Watchers::Seen seen) {
    const Watchers::Seen before = std::exchange(seen_, seen);
    if (seen.open > 0 || seen.started != before.started) watched_at_ = now;
    if (now - watched_at_ > kLinger) return Step::kPark;
    return now < grid_.due() ? Step::kRest : Step::kTick;
  }

  // A parked thread uses no CPU: what its samples cost is known across the pause, and a service of short
  // spans that are far apart has no more than one between two pauses.
  void unparked(Nanos now) {
    sampled_at_ = 0;
    watched_at_ = now;
    grid_ = TickGrid(now, grid_.period());
  }

  // The tick that is due is taken. Returns how many passed without being taken.
  int64_t begin_tick(Nanos now) { return grid_.advance(now); }
  // It became a sample: the time since the one before, if the sampler has been awake since then.
  std::optional<Nanos> sampled(Nanos now) {
    const Nanos before = std::exchange(sampled_at_, now);
    return before != 0 ? std::optional<Nanos>(now - before) : std::nullopt;
  }
  // `used`: CPU of the sampler so far. A new period begins with a tick one period from now.
  void end_tick(Nanos now, Nanos used) {
    const Nanos period = budget_.period(wanted_, grid_.period(), now, used);
    if (period != grid_.period()) grid_ = TickGrid(now + period, period);
  }

 private:
  Budget budget_;
  Nanos wanted_;
  TickGrid grid_;
  Nanos watched_at_;      // when somebody watched last
  Watchers::Seen seen_;   // at the last step
  Nanos sampled_at_ = 0;  // 0: the next sample only begins an interval
};

}  // namespace spanmeter
