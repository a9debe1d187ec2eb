#include "parse.h"

#include <charconv>

namespace spanmeter {

namespace {
constexpr std::string_view kBlank = " \t\n";
}

std::optional<int64_t> parse_field(std::string_view line, int field) {
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

std::optional<std::string_view> next_line(std::string_view& text) {
  const size_t length = text.find('\n');
  if (length == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(length + 1);
  return line;
}

std::optional<int64_t> find_value(std::string_view text, std::string_view key) {
  while (const std::optional<std::string_view> line = next_line(text)) {
    if (!line->starts_with(key)) continue;
    const std::string_view rest = line->substr(key.size());
    if (!rest.empty() && kBlank.find(rest.front()) != std::string_view::npos) return parse_field(rest, 0);
  }
  return std::nullopt;
}

}  // namespace spanmeter
