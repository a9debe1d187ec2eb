#pragma once

#include <array>
#include <optional>

#include "../clock.h"
#include "../sources/source.h"

namespace spanmeter {

// What one reading of each source takes on the calling thread: the median of so many in a row, caches warm.
// Empty for a source that cannot be read. The first is that of all CPU clocks, of which each thread has one.
std::array<std::optional<Nanos>, kSourceCount> measure_source_costs(int readings);

}  // namespace spanmeter
