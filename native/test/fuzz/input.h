#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <string>

namespace fuzz {

// What the fuzzer came up with, as the choices by which a target makes its files.
class Input : public FuzzedDataProvider {
 public:
  using FuzzedDataProvider::FuzzedDataProvider;

  bool chance() { return ConsumeBool(); }
  size_t count(size_t most) { return ConsumeIntegralInRange<size_t>(0, most); }

  // Small, middling or as large as the kernel's counters can be.
  int64_t number(int64_t most = INT64_MAX) {
    const int64_t limits[] = {9, 100'000, int64_t{1} << 40, most};
    const int64_t high = std::min(most, limits[count(3)]);
    const int64_t value = ConsumeIntegralInRange<int64_t>(0, high);
    return chance() ? value : high - value;
  }

  // One that can be a name of an interface or a folder.
  std::string word(size_t longest) {
    static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_@";
    std::string word(1 + count(longest - 1), 'x');
    for (char& letter : word) letter = kLetters[count(sizeof kLetters - 2)];
    return word;
  }

  std::string bytes(size_t most) { return ConsumeRandomLengthString(most); }

  // The text, cut off at any place.
  std::string cut(std::string text) {
    text.resize(count(text.size()));
    return text;
  }

  // The text with bytes replaced, put in, taken out, said twice or cut off; or something else altogether.
  std::string damage(std::string text) {
    if (count(15) == 0) return bytes(2048);
    for (size_t edits = count(4); edits-- > 0;) {
      const size_t at = count(text.size());
      switch (count(4)) {
        case 0:
          text.replace(at, count(4), bytes(4));
          break;
        case 1:
          text.insert(at, bytes(24));
          break;
        case 2:
          text.erase(at, count(32));
          break;
        case 3:
          text.insert(count(text.size()), text.substr(at, count(64)));
          break;
        default:
          text.resize(at);
      }
    }
    return text;
  }
};

}  // namespace fuzz
