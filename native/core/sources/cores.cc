#include "cores.h"

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace spanmeter {

namespace {

// 0 before the first count. Relaxed: nothing else is published with it.
std::atomic<int> most{0};

void add_cores_of(pid_t thread, cpu_set_t& all) {
  cpu_set_t its;
  if (sched_getaffinity(thread, sizeof its, &its) == 0) CPU_OR(&all, &all, &its);
}

int cores_of_all_threads() {
  cpu_set_t all;
  CPU_ZERO(&all);
  add_cores_of(0, all);
  // Where they cannot be listed the others are taken to have those of this one.
  if (DIR* const folder = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(folder)) {
      if (const long thread = std::strtol(entry->d_name, nullptr, 10); thread > 0)
        add_cores_of(static_cast<pid_t>(thread), all);
    }
    closedir(folder);
  }
  // None: there are more than a set has room for.
  const int cores = CPU_COUNT(&all);
  return cores > 0 ? cores : kMostCores;
}

}  // namespace

void count_cores() {
  const int counted = cores_of_all_threads();
  int known = most.load(std::memory_order_relaxed);
  while (known < counted && !most.compare_exchange_weak(known, counted, std::memory_order_relaxed)) {
  }
}

int available_cores() {
  if (const int known = most.load(std::memory_order_relaxed); known != 0) return known;
  count_cores();
  return most.load(std::memory_order_relaxed);
}

}  // namespace spanmeter
