// window_scan: what a window costs by its length, on a history that is filled here. Each line of the output
// is a way to answer, a number of samples and the time of one answer in microseconds.

#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

#include "../../native/core/history/history.h"
#include "../../native/core/history/rows.h"
#include "../../native/core/window/window.h"

namespace spanmeter::bench {
namespace {

constexpr int64_t kRows = 1'100'000;
constexpr Nanos kPeriod = kMillisecond;
constexpr int64_t kVariety = 997;  // windows of one length begin at that many different rows

// Keeps the compiler from leaving out what nobody asks for.
volatile double sink;

// What a naive sampler would keep of a sample.
struct Record {
  Nanos time;
  double cpu;
  int64_t resident;
};

// Percent of one core in the period before row n: unsteady, so that percentiles have something to show.
int64_t percent(int64_t n) {
  return (n * 7919) % 101;
}

std::vector<Record> fill_records() {
  std::vector<Record> records;
  records.reserve(kRows);
  for (int64_t n = 0; n < kRows; n++) {
    records.push_back({n * kPeriod, static_cast<double>(percent(n)), n << 12});
  }
  return records;
}

// Mean and extremes of both values, in one pass over the window.
double scan(const std::vector<Record>& records, Nanos from, Nanos to) {
  const auto earlier = [](const Record& record, Nanos time) { return record.time < time; };
  const auto begin = std::lower_bound(records.begin(), records.end(), from, earlier);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double sum = 0, low = kInfinity, high = -kInfinity;
  int64_t bytes = 0, least = std::numeric_limits<int64_t>::max(), most = 0;
  for (auto record = begin; record != records.end() && record->time <= to; ++record) {
    sum += record->cpu;
    low = std::min(low, record->cpu);
    high = std::max(high, record->cpu);
    bytes += record->resident;
    least = std::min(least, record->resident);
    most = std::max(most, record->resident);
  }
  return sum + low + high + static_cast<double>(bytes + least + most);
}

std::shared_ptr<ProcessHistory> fill_history() {
  auto history = ProcessHistory::create({kPeriod, kRows * kPeriod});
  Nanos cpu = 0;
  for (int64_t n = 0; history && n < kRows; n++) {
    const Nanos time = n * kPeriod;
    cpu += percent(n) * kPeriod / 100;
    const int64_t row[] = {time, time, cpu};
    history->append_process(row);
    if (n % (kMemoryInterval / kPeriod) != 0) continue;
    const int64_t memory_row[] = {time, n << 12, n};
    history->memory->append(memory_row);
  }
  return history;
}

// The fastest of several rounds of each length: what else the machine did only adds time.
template <typename Answer>
void measure(const char* name, Answer answer) {
  for (const int64_t samples : {100, 1000, 10'000, 100'000, 1'000'000}) {
    Nanos best = std::numeric_limits<Nanos>::max();
    const int64_t queries = std::max<int64_t>(3, 1'000'000 / samples / 10);
    for (int round = 0; round < 5; round++) {
      const Nanos begin = monotonic_now();
      for (int64_t i = 0; i < queries; i++) {
        // Off the grid and somewhere else each time, so that not the same memory answers.
        const Nanos from = (i * 89 % kVariety) * 97 * kPeriod + kPeriod / 3;
        sink = answer(from, from + samples * kPeriod);
      }
      best = std::min(best, (monotonic_now() - begin) / queries);
    }
    std::printf("%s/%lld %.3f\n", name, static_cast<long long>(samples), static_cast<double>(best) / 1e3);
  }
}

}  // namespace
}  // namespace spanmeter::bench

int main() {
  using namespace spanmeter;
  const auto history = bench::fill_history();
  if (!history) return 1;
  Window window;
  for (const bool details : {false, true}) {
    bench::measure(details ? "core+percentiles" : "core", [&](Nanos from, Nanos to) {
      return window.stats({from, to}, *history, nullptr, {kAllSources, details}, bench::kPeriod).cpuMax;
    });
  }
  const auto records = bench::fill_records();
  bench::measure("scan", [&](Nanos from, Nanos to) { return bench::scan(records, from, to); });
}
