#include "attack.h"

#include <cstdlib>
#include <thread>
#include <vector>

#include "../check.h"

namespace spanmeter {

namespace {

constexpr int kReaders = 8;

// At full speed without a pause and in bursts by turns: a ring that never rests is seldom read at all, and
// one that rests too often is never torn.
void write_rows(const Round& round, std::mt19937_64& random, const Findings& findings) {
  for (uint64_t row = 0; row < kRoundRows && !findings.stop;) {
    const bool in_bursts = random() % 2 == 0;
    const uint64_t until = std::min(kRoundRows, row + 1 + random() % 20'000);
    while (row < until) {
      const uint64_t burst = in_bursts ? 1 + random() % 32 : until - row;
      for (uint64_t i = 0; i < burst && row < until; i++) round.write(row++);
      for (uint64_t pause = in_bursts ? random() % 200 : 0; pause > 0; pause--) {
        std::atomic_signal_fence(std::memory_order_seq_cst);
      }
    }
  }
}

void run(const Round& round, uint64_t seed, Findings& findings) {
  std::vector<std::thread> readers;
  for (uint64_t r = 1; r <= kReaders; r++) {
    readers.emplace_back([&, r] {
      std::mt19937_64 random(seed * 100 + r);
      while (!findings.stop) round.read(random, findings);
    });
  }
  std::mt19937_64 random(seed * 100);
  write_rows(round, random, findings);
  findings.stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace

Nanos share_of_time() {
  const char* seconds = std::getenv("ATTACK_SECONDS");
  const double all = seconds != nullptr ? std::atof(seconds) : 60;
  return static_cast<Nanos>(all * 1e9) / static_cast<Nanos>(check::tests().size());
}

void attack(const std::function<Round()>& make_round) {
  const Nanos begin = monotonic_now(), end = begin + share_of_time();
  int64_t answers = 0, wrong = 0;
  uint64_t rounds = 0;
  while (wrong == 0 && (rounds == 0 || monotonic_now() < end)) {
    Findings findings;
    run(make_round(), ++rounds, findings);
    answers += findings.answers;
    wrong += findings.wrong;
    if (wrong > 0) std::printf("  wrong by the check in line %u\n", findings.line.load());
  }
  const double seconds = static_cast<double>(monotonic_now() - begin) / 1e9;
  std::printf("  %lld answers in %llu rounds and %.1f s\n", static_cast<long long>(answers),
              static_cast<unsigned long long>(rounds), seconds);
  CHECK_EQUAL(wrong, 0);
  CHECK(answers > 0);
}

}  // namespace spanmeter
