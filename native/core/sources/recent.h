#pragma once

#include <utility>

#include "../clock.h"

namespace spanmeter {

// A source that is dear to read for what it tells: read anew only when the last value is older than kAge.
template <typename Source>
class Recent {
 public:
  static constexpr Nanos kAge = 50 * kMicrosecond;

  template <typename... Arguments>
  explicit Recent(Arguments&&... arguments) : source_(std::forward<Arguments>(arguments)...) {}

  auto read(Nanos now) {
    if (now - read_at_ > kAge) {
      value_ = source_.read();
      read_at_ = now;
    }
    return value_;
  }
  // The next read is a new one.
  void expire() { read_at_ = -kAge - 1; }

 private:
  Source source_;
  decltype(source_.read()) value_;
  Nanos read_at_ = -kAge - 1;  // long ago
};

}  // namespace spanmeter
