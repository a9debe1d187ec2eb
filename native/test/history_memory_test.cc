// What the history takes of the memory that it reports, and when.

#include <sys/resource.h>

#include "../core/history/history.h"
#include "../core/history/rows.h"
#include "../core/sources/resident_set.h"
#include "check.h"

// A sanitizer's shadow memory grows and faults along with what it shadows.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

namespace spanmeter {
namespace {

constexpr int64_t kMebibyte = 1 << 20;

int64_t minor_faults() {
  rusage usage;
  CHECK_EQUAL(getrusage(RUSAGE_THREAD, &usage), 0);
  return usage.ru_minflt;
}

TEST(summaries_of_hours_take_memory_only_as_they_fill) {
  ResidentSet resident;
  resident.read();
  const int64_t before = *resident.read();
  const HistorySize size{kMillisecond, 30 * kSecond};
  const auto history = ProcessHistory::create(size);
  const int64_t taken = *resident.read() - before;
  const auto reported = static_cast<int64_t>(history->memory_bytes());
  CHECK(taken < reported - kMebibyte);
  // The rows themselves are there.
  CHECK(taken > static_cast<int64_t>(size.rows() * ProcessRow::kWidth * sizeof(int64_t)));
}

TEST(the_first_half_minute_adds_hardly_a_page_fault) {
  const auto history = ProcessHistory::create({kMillisecond, 30 * kSecond});
  const int64_t before = minor_faults();
  for (int64_t n = 0; n < 30'000; n++) {
    const int64_t row[] = {n * kMillisecond, n * kMillisecond, n * kMillisecond / 2};
    history->append_process(row);
  }
  // Of the 300 pages that were written, those of the summaries that are made every few seconds.
  CHECK(minor_faults() - before < 30);
}

}  // namespace
}  // namespace spanmeter

#endif
