#pragma once

// A writer at full speed and eight readers on rings so small that every reader is overrun all the time. No
// answer may be wrong: what a reader gets is checked against what the writer is known to write.
//
// The values follow from the number of their row, so that a torn answer and a stale one are recognised. What
// was written is kept in plain memory as well, which a reader may look at only because the ring ordered that
// memory before the answer: where it did not, ThreadSanitizer reports the race.

#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <source_location>

#include "../../core/clock.h"

namespace spanmeter {

// A fixed random word for each row and column.
inline int64_t word_of(uint64_t row, uint64_t column) {
  uint64_t x = row * 0x9E3779B97F4A7C15 + column * 0xD1B54A32D192ED03 + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<int64_t>((x ^ (x >> 31)) >> 1);
}

// What is found out in the course of one attack.
struct Findings {
  std::atomic<bool> stop{false};
  std::atomic<int64_t> answers{0};  // with values in them
  std::atomic<int64_t> wrong{0};
  std::atomic<unsigned> line{0};  // in the source, of the last check that failed

  // Every part of an answer goes through here; the first wrong one ends the attack.
  void expect(bool right, std::source_location where = std::source_location::current()) {
    if (right) return;
    wrong++;
    line = where.line();
    stop = true;
  }
};

// One ring, from its first row to its last.
struct Round {
  std::function<void(uint64_t row)> write;
  // Asks one question. Called by each reader again and again.
  std::function<void(std::mt19937_64& random, Findings& findings)> read;
};

// Rows of a round: what the writer keeps in plain memory has this length.
constexpr uint64_t kRoundRows = 1 << 18;

// An attack's share of the time: ATTACK_SECONDS, 60 by default, is for all of them.
Nanos share_of_time();

// Round after round for this attack's share of the time.
void attack(const std::function<Round()>& make_round);

}  // namespace spanmeter
