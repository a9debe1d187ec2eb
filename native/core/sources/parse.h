#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spanmeter {

// The unsigned integer in the given blank-separated field (0 is the first). Empty when the field is absent,
// is not a number to its last character or does not fit into 63 bits.
std::optional<int64_t> parse_field(std::string_view line, int field);

// Splits off the first line, without its line feed. Empty when none is left, and when the rest has no line
// feed: it may have been cut, and half a number looks like a whole one.
std::optional<std::string_view> next_line(std::string_view& text);

// The unsigned integer right after the key in the line that begins with "key " ("throttled_usec 12"). A key
// that is followed by a colon is asked for with it ("read_bytes:").
std::optional<int64_t> find_value(std::string_view text, std::string_view key);

}  // namespace spanmeter
