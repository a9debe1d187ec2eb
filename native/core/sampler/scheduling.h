#pragma once

namespace spanmeter {

// Asks the kernel to put the calling thread on a CPU soon after it wakes, as far as that needs no privilege
// and takes nothing from anybody: it keeps its share of the CPU. Where the kernel knows nothing of it,
// or system calls are filtered, only the timer becomes precise.
void schedule_promptly();

}  // namespace spanmeter
