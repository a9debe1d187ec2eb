#pragma once

// The thread named "spanmeter", as the kernel knows it.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "../core/clock.h"

namespace spanmeter {

// 0 when there is none.
inline pid_t sampler_tid() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    if (std::ifstream(entry.path() / "comm") >> name && name == "spanmeter") {
      return std::stoi(entry.path().filename());
    }
  }
  return 0;
}

inline std::ifstream sampler_file(const char* name) {
  return std::ifstream("/proc/self/task/" + std::to_string(sampler_tid()) + "/" + name);
}

// How often it was taken off a CPU so far, of its own will or not; or not only.
inline int64_t sampler_switches(const char* kind = "ctxt_switches:") {
  std::ifstream status = sampler_file("status");
  std::string key;
  int64_t sum = 0;
  while (status >> key) {
    int64_t value = 0;
    if (key.find(kind) != std::string::npos && status >> value) sum += value;
  }
  return sum;
}

// How long it was ready to run and had no CPU. A wait that has not ended yet is not in it.
inline Nanos sampler_run_delay() {
  Nanos used = 0, delay = 0;
  sampler_file("schedstat") >> used >> delay;
  return delay;
}

inline int64_t sampler_preemptions() {
  return sampler_switches("nonvoluntary_ctxt_switches:");
}

inline bool sampler_sleeps() {
  std::string pid, name, state;
  sampler_file("stat") >> pid >> name >> state;
  return state == "S";
}

inline Nanos sampler_cpu() {
  return read_clock(thread_cpu_clock(sampler_tid())).value_or(0);
}

}  // namespace spanmeter
