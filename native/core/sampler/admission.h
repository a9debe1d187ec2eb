#pragma once

#include <algorithm>

#include "../history/precision.h"
#include "../sources/process_clock.h"

namespace spanmeter {

// Decides which readings become samples. From one sample to the next a rate is reported, so the time between
// them must be long enough for what is uncertain at its ends.
class Admission {
 public:
  enum class Verdict {
    kSample,
    kTooSoon,  // the interval goes on to the next reading
    kCut,      // reading the clocks took much longer than usual: the thread lost its CPU meanwhile
    kUnread    // a clock could not be read
  };

  explicit Admission(int cores) : cores_(cores) {}

  void cores(int cores) { cores_ = cores; }

  // What a reading usually takes, so that already the first one that is judged can be told from a cut one.
  void learn(const ProcessReading& reading) { usual_.learn(reading); }

  // `again`: the one before was cut, and this was taken at once. `used`: CPU of the process without the
  // sampler; `period`: the one in force.
  Verdict judge(const ProcessReading& reading, Nanos used, Nanos period, bool again = false) {
    moved_ = std::max(moved_, reading.moved);
    early_moved_ = early_moved_ || reading.early_moved;
    ProcessReading now = reading;
    now.moved = moved_;
    now.early_moved = early_moved_;
    const bool cut = usual_.exceeded_by(reading, again);
    // Such a sample would spoil the intervals after it as well, in which any thread may have run.
    ProcessReading any = now;
    any.moved = cores_;
    any.early_moved = true;
    if (cut && !gives_rate(period, 0, {uncertainty(any, any, cores_), 0})) return Verdict::kCut;
    const bool first = last_.time == 0;
    const Precision precision{uncertainty(last_, now, cores_), cores_};
    if (!first && !gives_rate(now.time - last_.time, used - last_used_, precision)) {
      return cut ? Verdict::kCut : Verdict::kTooSoon;
    }
    last_ = now;
    last_used_ = used;
    moved_ = 0;
    early_moved_ = false;
    return Verdict::kSample;
  }

 private:
  int cores_;
  UsualCost usual_;
  // The newest sample; its time is 0 before the first.
  ProcessReading last_;
  Nanos last_used_ = 0;
  // Of the readings since then.
  int moved_ = 0;
  bool early_moved_ = false;
};

}  // namespace spanmeter
