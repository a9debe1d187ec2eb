#pragma once

#include "../core/attribution/ledger.h"

namespace spanmeter {

// A thread whose clocks the test turns. A tick is half a nanosecond.
struct Made {
  static inline Nanos time, cpu;
  static inline bool readable;  // whether the CPU clock is
  static constexpr double kTick = 0.5;
  // What a check takes: intervals of 50 us are asked about, 250 us at the most are trusted.
  static constexpr Nanos kCost = 500;
  OwnCpuClock clock;
  Ledger ledger;

  Made() : clock(start()), ledger(clock, ticks()) {}
  static OwnCpuClock start() {
    time = 7 * kSecond;
    cpu = 3 * kSecond;
    readable = true;
    const auto read_cpu = []() -> std::optional<Nanos> {
      return readable ? std::optional(cpu) : std::nullopt;
    };
    return OwnCpuClock({[] { return time; }, read_cpu, read_ticks}, kTick, kCost);
  }
  static Ticks ticks() { return 1000 + 2 * time; }
  // Each reading is later than the one before by half a check: there are two in each.
  static Ticks read_ticks() {
    static Ticks read = 0;
    return read += static_cast<Ticks>(kCost / kTick);
  }

  void turn(SlotHandle account) { ledger.turn_to(account, ticks()); }
  Ledger::Totals close(SlotHandle account) {
    return ledger.close(account, ticks()).value_or(Ledger::Totals{-1, -1, -1});
  }
  static void run(Nanos duration) {
    time += duration;
    cpu += duration;
  }
  static void away(Nanos duration) { time += duration; }
};

}  // namespace spanmeter
