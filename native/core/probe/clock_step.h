#pragma once

#include <optional>

#include "../clock.h"

namespace spanmeter {

// How far the CPU clock of the process moves at once, seen by one thread while another one runs steadily and
// its own clock is not read: the scheduler's tick, by which getrusage(2) and process.cpuUsage() are stale.
// Empty where that cannot be seen: the machine is busy, the two threads share a CPU, the time is too short
// for ten steps, or no thread is to be had.
std::optional<Nanos> process_clock_step(Nanos duration);

}  // namespace spanmeter
