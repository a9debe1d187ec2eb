#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proc_file.h"

namespace spanmeter {

// Resident set of the process in bytes, from /proc/self/statm (second field, pages).
class ResidentSet {
 public:
  explicit ResidentSet(std::string path = "/proc/self/statm");
  std::optional<int64_t> read();
  int error() const { return file_.error(); }

 private:
  ProcFile file_;
  int64_t page_bytes_;  // not positive where the machine has not said
};

}  // namespace spanmeter
