#pragma once

#include <algorithm>
#include <thread>

namespace spanmeter {

// Cores that the calling thread may run on (sched_getaffinity(2)).
inline int available_cores() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace spanmeter
