#pragma once

namespace spanmeter {

// More than any machine has: what is cut off above the cores is cut off nowhere then.
constexpr int kMostCores = 1 << 10;

// Cores that the threads of this process may run on, by the affinity of each (sched_getaffinity(2)); the most
// of all counts so far, since what was sampled before a set of CPUs shrank is still reported. kMostCores
// where that is not known.
int available_cores();

// Counts them again: a set of CPUs may grow while the process runs.
void count_cores();

}  // namespace spanmeter
