#pragma once

// What a process that was made to fail says to the one that started it, in memory that both have.

#include <cstddef>
#include <cstdint>

#include "../calls.h"

namespace faults {

struct Report {
  bool finished;
  int64_t triggered;
  int64_t checks;       // numbers that were there, and compared with the truth
  char problems[2048];  // a line each
  size_t call_count;
  Call calls[256];  // that were made
};

// Of this process, which writes it to this place.
Report& report();
void report_to(Report* place);
// Adds a line, as printf() does.
__attribute__((format(printf, 1, 2))) void problem(const char* format, ...);

}  // namespace faults
