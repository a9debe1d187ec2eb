#include "checked.h"
//
#include "../../core/sampler/parking.h"
#include "../../core/sampler/wake_word.cc"

namespace spanmeter {
namespace {

// The first thread is the sampler. Should it go on sleeping, nobody is left to wake it: a deadlock.
constexpr unsigned kSampler = 0;

struct WhoLooksUnparks : rl::test_suite<WhoLooksUnparks, 3> {
  Parking parking;

  void thread(unsigned index) {
    if (index != kSampler) return parking.watch();
    parking.park(
        {0, 0}, [] { return false; }, [] {});
    RL_ASSERT(!parking.parked());
  }
};

struct WhoLooksForAMomentUnparks : rl::test_suite<WhoLooksForAMomentUnparks, 2> {
  Parking parking;

  void thread(unsigned index) {
    for (uint32_t times = 1; times <= 2; times++) {
      if (index != kSampler) {
        parking.watch();
        parking.unwatch();
        continue;
      }
      for (;;) {
        const Watchers::Seen seen = parking.look();
        if (seen.started >= times) break;
        parking.park(
            seen, [] { return false; }, [] {});
      }
    }
  }
};

struct ACallUnparks : rl::test_suite<ACallUnparks, 2> {
  Parking parking;
  std::atomic<bool> stop{false};

  void thread(unsigned index) {
    if (index == kSampler) {
      return parking.park(
          {0, 0}, [this] { return stop.load(std::memory_order_relaxed); }, [] {});
    }
    stop.store(true, std::memory_order_relaxed);
    parking.call();
  }
};

struct ACallEndsASleep : rl::test_suite<ACallEndsASleep, 2> {
  Parking parking;
  std::atomic<bool> stop{false};

  void thread(unsigned index) {
    if (index != kSampler) {
      stop.store(true, std::memory_order_relaxed);
      return parking.call();
    }
    for (;;) {
      const uint32_t ticket = parking.ticket();
      if (stop.load(std::memory_order_relaxed)) break;
      parking.sleep(ticket, WakeWord::kForever);
    }
  }
};

constexpr uint64_t kRounds = 50'000;

TEST(who_looks_unparks_the_sampler_in_any_order_of_memory) {
  explore<WhoLooksUnparks>(kRounds);
}

TEST(who_looks_for_a_moment_unparks_the_sampler_in_any_order_of_memory) {
  explore<WhoLooksForAMomentUnparks>(kRounds);
}

TEST(a_call_unparks_the_sampler_in_any_order_of_memory) {
  explore<ACallUnparks>(kRounds);
}

TEST(a_call_ends_a_sleep_in_any_order_of_memory) {
  explore<ACallEndsASleep>(kRounds);
}

}  // namespace
}  // namespace spanmeter
