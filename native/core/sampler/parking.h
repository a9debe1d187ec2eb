#pragma once

#include <atomic>

#include "wake_word.h"
#include "watchers.h"

namespace spanmeter {

// How the sampler thread sleeps, and what wakes it: an instant, somebody who has something for it, and, while
// it is parked, somebody who begins to look.
class Parking {
 public:
  // Somebody looks: keeps the thread awake. Any thread, any time, in pairs.
  void watch() {
    if (watchers_.add() && parked_.load(std::memory_order_seq_cst)) wake_.wake();
  }
  void unwatch() { watchers_.remove(); }
  // The thread shall look at what the caller has stored before. Any thread.
  void call() { wake_.wake(); }
  // For information, which is late by the time it arrives: relaxed.
  bool parked() const { return parked_.load(std::memory_order_relaxed); }

  // The rest is for the sampler thread. A ticket is taken before looking at what call() announces: a call
  // after that makes sleep() return at once.
  uint32_t ticket() const { return wake_.ticket(); }
  void sleep(uint32_t ticket, Nanos until) { wake_.sleep(ticket, until); }
  Watchers::Seen look() const { return watchers_.look(); }

  // Sleeps until somebody begins to look, even if only for a moment, or `called` says that there is something
  // to do. `idle`: what look() returned when nobody was looking; who began since then counts. `before_sleep`
  // is called before each sleep.
  template <typename Called, typename BeforeSleep>
  void park(Watchers::Seen idle, Called called, BeforeSleep before_sleep) {
    parked_.store(true, std::memory_order_seq_cst);
    for (;;) {
      const uint32_t ticket = this->ticket();
      if (look().started != idle.started || called()) break;
      before_sleep();
      sleep(ticket, WakeWord::kForever);
    }
    // Who still sees the flag wakes a thread that is awake: relaxed.
    parked_.store(false, std::memory_order_relaxed);
  }

 private:
  Watchers watchers_;
  WakeWord wake_;
  std::atomic<bool> parked_{false};  // the other half of the handshake in Watchers
};

}  // namespace spanmeter
