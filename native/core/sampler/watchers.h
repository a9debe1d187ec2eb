#pragma once

#include <atomic>
#include <cstdint>

namespace spanmeter {

// Who is looking: open marks, spans and measurements. The sampler parks when there are none.
class Watchers {
 public:
  // True when the count left zero, so that the sampler may have to be woken.
  bool add() { return open(state_.fetch_add(kStarted + 1)) == 0; }
  void remove() { state_.fetch_sub(1); }

  struct Seen {
    uint32_t open;
    uint32_t started;  // ever, modulo 2^32: tells a watcher that came and went between two looks
  };
  Seen look() const {
    const uint64_t state = state_.load();
    return {open(state), static_cast<uint32_t>(state >> 32)};
  }

 private:
  static constexpr uint64_t kStarted = uint64_t{1} << 32;
  static uint32_t open(uint64_t state) { return static_cast<uint32_t>(state); }

  // Low half: open now; high half: started ever. Sequentially consistent throughout: together with the
  // sampler's `parked` flag it forms a Dekker handshake (each side stores its own and then loads the
  // other's), which weaker orders do not support.
  std::atomic<uint64_t> state_{0};
};

}  // namespace spanmeter
