#pragma once

#include <thread>

namespace spanmeter {

// More than any machine has: what is cut off above the cores is cut off nowhere then.
constexpr int kMostCores = 1 << 10;

// Cores that the calling thread may run on (sched_getaffinity(2)); kMostCores where that is not known.
inline int available_cores() {
  const unsigned cores = std::thread::hardware_concurrency();
  return cores > 0 ? static_cast<int>(cores) : kMostCores;
}

}  // namespace spanmeter
