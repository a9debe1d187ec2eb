// How often a dear source is read: fresh for whom is alone, once a while for whom asks all the time.

#include "../core/sources/recent.h"

#include "check.h"

namespace spanmeter {
namespace {

struct Counting {
  int reads = 0;
  int read() { return ++reads; }
};

using Source = Recent<Counting>;

TEST(recent_value_is_kept_for_a_moment) {
  Source source;
  CHECK_EQUAL(source.read(kSecond), 1);
  CHECK_EQUAL(source.read(kSecond + Source::kAge), 1);
  CHECK_EQUAL(source.read(kSecond + Source::kAge + 1), 2);
}

TEST(recent_value_is_new_after_a_rest) {
  Source source;
  for (int i = 1; i <= 10; i++) {
    // A span that is alone: both ends, and the next one some milliseconds later.
    const Nanos start = i * 10 * kMillisecond;
    CHECK_EQUAL(source.read(start), 2 * i - 1);
    CHECK_EQUAL(source.read(start + 300 * kMicrosecond), 2 * i);
  }
}

TEST(recent_value_is_read_once_a_pause_when_asked_all_the_time) {
  Source source;
  int reads = 0;
  const Nanos duration = 100 * kMillisecond;
  for (Nanos now = kSecond; now < kSecond + duration; now += 60 * kMicrosecond) reads = source.read(now);
  CHECK_NEAR(reads, static_cast<double>(duration / Source::kPause) + Source::kBurst, 2);
}

TEST(recent_value_can_be_expired) {
  Source source;
  for (int i = 1; i <= 20; i++) {
    CHECK_EQUAL(source.read(kSecond), i);
    source.expire();
  }
}

}  // namespace
}  // namespace spanmeter
