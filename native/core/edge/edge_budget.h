#pragma once

#include <algorithm>

#include "../clock.h"
#include "../usual.h"

namespace spanmeter {

// What one kind of reading usually takes: one in which the thread lost its CPU is not charged for that.
class UsualSpending {
 public:
  // What to charge for a reading that lasted so long.
  Nanos of(Nanos lasted) {
    constexpr int kMostUsual = 8;
    lasted = std::max<Nanos>(lasted, 0);  // ticks may go back
    if (usual_ == 0) usual_ = lasted;
    const Nanos most = kMostUsual * usual_;
    usual_ = usual_after(usual_, lasted);
    return std::min(lasted, most);
  }

 private:
  Nanos usual_ = 0;  // 0 before the first
};

// Keeps what reading at the edges of spans takes below a share of the thread that runs them. The share is
// saved up for a while, so that a few edges are always read, and many are read as often as it allows.
class EdgeBudget {
 public:
  // What is saved up at the most.
  static constexpr Nanos kSaved = 100 * kMillisecond;

  // `share` of the thread, 0..1; 0: no limit.
  void limit(double share) {
    // Whoever comes first finds it saved up.
    if (share_ == 0) credit_ = share * static_cast<double>(kSaved);
    share_ = share;
  }

  bool affords(Nanos now) {
    if (share_ <= 0) return true;
    const double earned = share_ * static_cast<double>(now - last_);
    last_ = now;
    credit_ = std::clamp(credit_ + std::max(0.0, earned), -share_ * kSaved, share_ * kSaved);
    return credit_ > 0;
  }
  void charge(Nanos cost) {
    credit_ -= static_cast<double>(cost);
    spent_ += cost;
  }
  Nanos spent() const { return spent_; }

 private:
  double share_ = 0;
  double credit_ = 0;  // nanoseconds
  Nanos last_ = 0;
  Nanos spent_ = 0;
};

}  // namespace spanmeter
