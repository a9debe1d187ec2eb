#pragma once

#include <optional>

#include "../clock.h"

namespace spanmeter {

// What the kernel made of it.
struct Promptness {
  std::optional<Nanos> timer_slack;  // by how much it may end a sleep late
  Nanos slice = 0;  // before the CPU may go to somebody else; 0 where the kernel does not say
};

// Asks the kernel to put the calling thread on a CPU soon after it wakes, as far as that needs no privilege
// and takes nothing from anybody: it keeps its share of the CPU. Where the kernel knows nothing of it,
// or system calls are filtered, only the timer becomes precise.
Promptness schedule_promptly();

}  // namespace spanmeter
