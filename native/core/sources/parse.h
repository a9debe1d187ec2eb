#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spanmeter {

// The unsigned integer in the given blank-separated field (0 is the first). Empty when the field is absent,
// is not a number to its last character or does not fit into 63 bits.
std::optional<int64_t> parse_field(std::string_view line, int field);

}  // namespace spanmeter
