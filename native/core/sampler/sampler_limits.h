#pragma once

#include "../clock.h"

namespace spanmeter {

// Rows of full-resolution history at the most, whatever the monitors ask for together.
constexpr int64_t kMaxHistoryRows = int64_t{1} << 22;

// How long the sampler stays awake after the last watcher left: spans in quick succession must not pay for a
// wake-up each.
constexpr Nanos kLinger = 20 * kMillisecond;

}  // namespace spanmeter
