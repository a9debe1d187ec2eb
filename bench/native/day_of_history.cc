// day_of_history PERIOD_MS LENGTH_MS: fills a history of the given full resolution with the rows of 24 hours,
// then asks for all of them. Fails unless the one highest and the one lowest moment of the day are found.

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "../../native/core/history/history.h"
#include "../../native/core/history/rows.h"
#include "../../native/core/window/window.h"

namespace spanmeter::bench {
namespace {

constexpr Nanos kDay = 24 * 3600 * kSecond;

// Percent of one core in the period before row n of `rows`.
int64_t percent(int64_t n, int64_t rows) {
  if (n == rows / 3) return 1600;
  if (n == rows / 7 * 5) return 1;
  return 10 + n * 7919 % 90;
}

void fill(ProcessHistory& process, ThreadHistory& thread, Nanos period, int64_t rows) {
  const int64_t memory_every = std::max<int64_t>(1, kMemoryInterval / period);
  Nanos cpu = 0;
  for (int64_t n = 0; n <= rows; n++) {
    const Nanos time = n * period;
    cpu += percent(n, rows) * period / 100;
    const int64_t row[] = {time, time, cpu};
    process.append_process(row);
    const int64_t thread_row[] = {time, cpu / 2};
    thread.cpu->append(thread_row);
    if (n % memory_every != 0) continue;
    const int64_t memory_row[] = {time, n, n};
    process.memory->append(memory_row);
  }
}

bool near(double got, double wanted) {
  return std::abs(got - wanted) < 1e-6 * wanted;
}

}  // namespace
}  // namespace spanmeter::bench

int main(int argc, char** argv) {
  using namespace spanmeter;
  if (argc != 3) return 2;
  const Nanos period = std::atoll(argv[1]) * kMillisecond;
  const HistorySize size{period, std::atoll(argv[2]) * kMillisecond};
  const auto process = ProcessHistory::create(size);
  const auto thread = ThreadHistory::create(1, size);
  if (!process || !thread) return 1;

  const int64_t rows = bench::kDay / period;
  const Nanos begin = monotonic_now();
  bench::fill(*process, *thread, period, rows);
  const Nanos filled = monotonic_now();
  Window window;
  const WindowStats stats = window.stats({0, bench::kDay}, *process, thread.get(), Wanted{}, period);
  const Nanos answered = monotonic_now();
  if (!bench::near(stats.cpuMax, 1600) || !bench::near(stats.cpuMin, 1)) {
    std::fprintf(stderr, "of a day at 1 … 1600 %%, %f … %f %% were found\n", stats.cpuMin, stats.cpuMax);
    return 1;
  }
  std::printf("bytes %zu\nappendNs %.3f\nqueryUs %.3f\n", process->memory_bytes() + thread->memory_bytes(),
              static_cast<double>(filled - begin) / static_cast<double>(rows),
              static_cast<double>(answered - filled) / 1e3);
}
