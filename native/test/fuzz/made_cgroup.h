#pragma once

#include <map>
#include <optional>
#include <string>

#include "input.h"

namespace fuzz {

// A machine of files with a process in a cgroup, and what is true there.
struct MadeCgroup {
  bool v2 = false;
  std::optional<double> cores;       // the tightest limit of all
  std::optional<int64_t> memory;     // in bytes, where the machine has so much
  std::optional<int64_t> throttled;  // in nanoseconds, where the tightest limit of CPU is
  int64_t times = 0;                 // how often
  std::map<std::string, std::string> files;
};

MadeCgroup make_cgroup(Input& input);

}  // namespace fuzz
