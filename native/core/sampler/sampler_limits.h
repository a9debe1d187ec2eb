#pragma once

#include "../clock.h"

namespace spanmeter {

// Rows of full-resolution history at the most, whatever the monitors ask for together.
constexpr int64_t kMaxHistoryRows = int64_t{1} << 22;

}  // namespace spanmeter
