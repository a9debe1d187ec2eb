#pragma once

#include <algorithm>

#include "../clock.h"

namespace spanmeter {

// Keeps the sampler below a share of one core. What a sample costs is measured, not assumed: a wake-up takes
// 3 us on bare metal and 30 us on some virtual machines. When samples at the wanted period would cost more
// than the share, the period becomes as long as the cost demands; it shortens again when the cost falls.
// Between the two lies a band in which nothing changes, so that the period does not flutter.
class Budget {
 public:
  // How much must have been seen before a judgement: a single slow sample is no reason.
  static constexpr Nanos kWindow = 100 * kMillisecond;
  static constexpr int64_t kSamples = 20;

  // `share` of one core, 0..1; 0: no limit.
  void limit(double share) { share_ = share; }

  // To be called after each sample: the period to go on with. `used`: CPU of the sampler so far.
  Nanos period(Nanos wanted, Nanos current, Nanos now, Nanos used) {
    if (share_ <= 0) return wanted;
    if (samples_ == 0) {
      begin_ = now;
      used_ = used;
    }
    if (samples_++ < kSamples || now - begin_ < kWindow) return std::max(wanted, current);
    // The first sample began the window; its cost lies before it.
    const double cost = static_cast<double>(used - used_) / static_cast<double>(samples_ - 1);
    samples_ = 0;
    const Nanos allowed = static_cast<Nanos>(cost / share_);
    if (allowed > current) return std::max(wanted, allowed);
    // A tenth below the limit is near enough.
    if (allowed * 10 < current * 9) return std::max(wanted, allowed);
    return std::max(wanted, current);
  }

  // The sampler slept in between: the time since the last sample says nothing.
  void interrupt() { samples_ = 0; }

 private:
  double share_ = 0;
  int64_t samples_ = 0;  // since the window began
  Nanos begin_ = 0;
  Nanos used_ = 0;
};

}  // namespace spanmeter
