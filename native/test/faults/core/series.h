#pragma once

// The trials of one call and one way to fail: the first call fails, then the second, and so on until there is
// none left to fail.

#include <cstdint>
#include <optional>

#include "../calls.h"

namespace faults {

class Series {
 public:
  // `growth`: how many times as far from the first the next one is; with 1 it is each of them.
  Series(const Fault& fault, int growth) : fault_(fault), growth_(growth) { fault_.first = 1; }

  // What fails next; nothing when the series is over.
  std::optional<Fault> next() const { return over_ ? std::nullopt : std::optional(fault_); }
  // To be called before the one after that is asked for.
  void ended(bool triggered) {
    over_ = !triggered || fault_.times == kForever;
    const int64_t number = fault_.first;
    fault_.first = growth_ * number + 1;
  }

 private:
  Fault fault_;
  int growth_;
  bool over_ = false;
};

}  // namespace faults
