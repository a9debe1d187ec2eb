#pragma once

#include <cstdint>

#include "../../../core/monitor.h"

namespace faults {

using spanmeter::Nanos;

// What the machine says of this process, read by calls that never fail.
struct Outside {
  Nanos time, process, thread, sampler;
  Nanos unreported;  // of the sampler's CPU, since it last read its clock: part of the span that is open then
  int64_t resident;

  static Outside now();
};

// The moments around the two edges of a window.
struct Around {
  Outside before_start, after_start, before_end, after_end;
};

// How much CPU time may be off at the edges of a window, as health() says.
Nanos unsure_of_marks(const spanmeter::Health& health);
Nanos unsure_of_spans(const spanmeter::Health& health);

// Whether each number that is there is what the clocks around its edges allow. A number that is missing is a
// problem where nothing was made to fail.
void check_window(const char* name, const spanmeter::WindowStats& stats, const Around& around, Nanos unsure);

}  // namespace faults
