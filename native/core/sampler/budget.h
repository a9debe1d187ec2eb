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
    if (last_now_ != 0) {
      samples_++;
      time_ += now - last_now_;
      cost_ += used - last_used_;
    }
    last_now_ = now;
    last_used_ = used;
    if (samples_ < kSamples || time_ < kWindow) return std::max(wanted, current);
    const double allowed = static_cast<double>(cost_) / static_cast<double>(samples_) / share_;
    forget();
    const Nanos period = static_cast<Nanos>(std::min(allowed, static_cast<double>(kLongest)));
    // A tenth below the limit is near enough.
    const bool settled = period <= current && period * 10 >= current * 9;
    return std::max(wanted, settled ? current : period);
  }

  // The sampler did other work since the last sample: that cost says nothing. What was seen before counts on.
  void interrupt() { last_now_ = 0; }

 private:
  static constexpr Nanos kLongest = 60 * kSecond;

  void forget() { samples_ = time_ = cost_ = 0; }

  double share_ = 0;
  // Seen since the last judgement.
  int64_t samples_ = 0;
  Nanos time_ = 0;
  Nanos cost_ = 0;
  Nanos last_now_ = 0;  // 0: the next sample only begins an interval
  Nanos last_used_ = 0;
};

}  // namespace spanmeter
