#include "report.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace faults {

namespace {
Report own;
Report* where = &own;
}  // namespace

Report& report() {
  return *where;
}

void report_to(Report* place) {
  where = place;
}

void problem(const char* format, ...) {
  char* const text = where->problems;
  const size_t used = std::strlen(text), left = sizeof where->problems - used;
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text + used, left - 1, format, arguments);
  va_end(arguments);
  if (length > 0 && static_cast<size_t>(length) + 2 < left) std::strcat(text, "\n");
}

}  // namespace faults
