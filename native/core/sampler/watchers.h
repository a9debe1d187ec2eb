#pragma once

#include <atomic>
#include <cstdint>

namespace spanmeter {

// Who is looking: open marks, spans and measurements. The sampler parks when there are none.
//
// Together with the sampler's `parked` flag the count forms a Dekker handshake: each side stores its own and
// then loads the other's. Only sequentially consistent orders support that.
class Watchers {
 public:
  // True when the count left zero, so that the sampler may have to be woken.
  bool add() { return open(state_.fetch_add(kStarted + 1, std::memory_order_seq_cst)) == 0; }
  // Relaxed: nobody waits for the last one to leave, and the sampler sees it at one of its next ticks.
  void remove() { state_.fetch_sub(1, std::memory_order_relaxed); }

  struct Seen {
    uint32_t open;
    uint32_t started;  // ever, modulo 2^32: tells a watcher that came and went between two looks
  };
  Seen look() const {
    const uint64_t state = state_.load(std::memory_order_seq_cst);
    return {open(state), static_cast<uint32_t>(state >> 32)};
  }

 private:
  static constexpr uint64_t kStarted = uint64_t{1} << 32;
  static uint32_t open(uint64_t state) { return static_cast<uint32_t>(state); }

  std::atomic<uint64_t> state_{0};  // low half: open now; high half: started ever
};

}  // namespace spanmeter
