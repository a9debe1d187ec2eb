// The words that all parsers are made of, beside a second way to read the same: slow, and written otherwise.

#include <optional>
#include <string_view>

#include "../../core/sources/parse.h"
#include "target.h"

namespace {

using spanmeter::find_value;
using spanmeter::next_line;
using spanmeter::parse_field;

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  for (const char letter : line) {
    if (letter != ' ' && letter != '\t' && letter != '\n') {
      words.back() += letter;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Digit by digit.
std::optional<int64_t> number_in(const std::string& word) {
  const bool minus = word.starts_with('-');
  unsigned __int128 value = 0;
  if (word.size() == (minus ? 1 : 0)) return std::nullopt;
  for (const char digit : word.substr(minus ? 1 : 0)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(digit - '0');
    if (value > INT64_MAX) return std::nullopt;
  }
  if (minus && value != 0) return std::nullopt;
  return static_cast<int64_t>(value);
}

std::vector<std::string> whole_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char letter : text) {
    if (letter == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    } else {
      line += letter;
    }
  }
  return lines;
}

TARGET(fields) {
  const int field = static_cast<int>(input.count(20));
  const std::string key = input.word(12) + (input.chance() ? ":" : "");
  std::string text;
  for (size_t lines = input.count(4); lines-- > 0;) {
    text += input.chance() ? key : input.bytes(8);
    text += input.chance() ? " " : "\t";
    text += input.chance() ? std::to_string(input.number()) : input.bytes(24);
    text += '\n';
  }
  text = input.damage(text);

  const std::vector<std::string> words = words_of(text);
  const auto at = static_cast<size_t>(field);
  PROMISE(parse_field(text, field) == (at < words.size() ? number_in(words[at]) : std::nullopt));

  // The first line of that key counts, as far as there are whole ones.
  std::optional<std::string> values;
  std::string_view rest = text;
  for (const std::string& line : whole_lines(text)) {
    PROMISE(next_line(rest) == line);
    const bool here = line.starts_with(key + " ") || line.starts_with(key + "\t");
    if (here && !values) values = line.substr(key.size());
  }
  PROMISE(!next_line(rest));
  const std::vector<std::string> after = words_of(values.value_or(""));
  PROMISE(find_value(text, key) == (after.empty() ? std::nullopt : number_in(after.front())));
}

}  // namespace
