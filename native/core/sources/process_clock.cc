#include "process_clock.h"

#include <cerrno>

namespace spanmeter {

namespace {
// Where threads cannot be listed, the process clock knows of the others what the scheduler booked at its last
// tick. The longest that Linux has is 10 ms (CONFIG_HZ=100).
constexpr Nanos kLongestTick = 10 * kMillisecond;
}  // namespace

std::optional<ProcessReading> ProcessClock::read() {
  const ThreadClocks::Refresh refresh = threads_.refresh();
  const std::optional<Nanos> process = read_clock(CLOCK_PROCESS_CPUTIME_ID);
  const std::optional<Nanos> own = process ? read_clock(CLOCK_THREAD_CPUTIME_ID) : std::nullopt;
  error_ = own ? threads_.error() : errno;
  if (!own) return std::nullopt;
  const Nanos after = monotonic_now();
  ProcessReading reading;
  reading.process = *process;
  reading.own = *own;
  reading.late_lag = after - refresh.late_begun;
  reading.lag = after - refresh.begun;
  reading.clocks = static_cast<int>(threads_.count()) + 1;
  reading.moved = refresh.moved;
  reading.early_moved = refresh.early_moved;
  if (threads_.error() != 0) {
    reading.moved = 1;
    reading.late_lag += kLongestTick;
  }
  reading.time = refresh.late_begun + (after - refresh.late_begun) / 2;
  return reading;
}

}  // namespace spanmeter
