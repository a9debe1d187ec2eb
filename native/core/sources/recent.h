#pragma once

#include <algorithm>
#include <utility>

#include "../clock.h"

namespace spanmeter {

// A source that is dear to read for what it tells: 2 to 5 us, where a busy service asks every few. It is read
// anew when the last value is older than kAge, and once a kPause if that is asked for all the time; after a
// rest, kBurst times without a pause, so that a span that is alone has fresh values at both ends.
template <typename Source>
class Recent {
 public:
  static constexpr Nanos kAge = 50 * kMicrosecond;
  static constexpr Nanos kPause = kMillisecond;
  static constexpr int kBurst = 4;

  template <typename... Arguments>
  explicit Recent(Arguments&&... arguments) : source_(std::forward<Arguments>(arguments)...) {}

  auto read(Nanos now) {
    if (now - read_at_ > kAge && now >= due_) {
      value_ = source_.read();
      read_at_ = now;
      due_ = std::max(due_, now - kBurst * kPause) + kPause;
    }
    return value_;
  }
  // The next read is a new one.
  void expire() { read_at_ = due_ = kLongAgo; }

 private:
  static constexpr Nanos kLongAgo = -kSecond;

  Source source_;
  decltype(source_.read()) value_{};
  Nanos read_at_ = kLongAgo;
  Nanos due_ = kLongAgo;
};

}  // namespace spanmeter
