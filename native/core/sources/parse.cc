#include "parse.h"

#include <charconv>

namespace spanmeter {

std::optional<int64_t> parse_field(std::string_view line, int field) {
  constexpr std::string_view kBlank = " \t\n";
  for (;; field--) {
    const size_t begin = line.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin);
    const size_t length = line.find_first_of(kBlank);
    const std::string_view token = line.substr(0, length);
    if (field == 0) {
      int64_t value = 0;
      const char* end = token.data() + token.size();
      const auto [stop, error] = std::from_chars(token.data(), end, value);
      if (error != std::errc() || stop != end || value < 0) return std::nullopt;
      return value;
    }
    line.remove_prefix(token.size());
  }
}

}  // namespace spanmeter
