#pragma once

#include "../core/monitor.h"
#include "burner.h"

namespace spanmeter {

// Until the sampler of a monitor that was just started has its own beginning behind it. It touches its stack
// then, with a sanitizer much more, and says so with a sample: what it had not yet said at the start of a
// window is subtracted from it.
inline void wait_for_start(Monitor& monitor) {
  sleep_for(20 * kMillisecond);
  const int64_t samples = monitor.health().samples;  // of earlier samplers as well
  while (monitor.health().samples < samples + 20) sleep_for(kMillisecond);
}

}  // namespace spanmeter
