#pragma once

#include <cstddef>
#include <optional>

#include "pyramid.h"

namespace spanmeter {

// The value of a cumulative column at one moment: in a straight line between the rows beside it, or between
// the nodes of the finest level that still has the moment. That of the newest row for any later moment.
// Nothing where the series does not reach back as far, or holds nothing.
std::optional<int64_t> value_at(const Pyramid& series, size_t column, Nanos time);

}  // namespace spanmeter
