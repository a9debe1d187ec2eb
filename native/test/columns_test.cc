#include "../core/window/columns.h"

#include <algorithm>

#include "check.h"
#include "recorded.h"

namespace spanmeter {
namespace {

TEST(columns_keep_totals_and_extremes_however_few) {
  Recorded recorded = steps();
  const WindowQuery query{10 * kPeriod, 30 * kPeriod};
  const Columns all = columns(query, 1000, *recorded.process, recorded.thread.get());
  CHECK_EQUAL(all.time.size(), size_t{20});
  for (const size_t points : {1, 2, 3, 7, 20}) {
    const Columns few = columns(query, points, *recorded.process, recorded.thread.get());
    CHECK(few.time.size() <= points);
    CHECK_EQUAL(few.time.back(), 30 * kPeriod);
    double area = 0;
    double low = 1e9, high = 0;
    Nanos before = query.from;
    for (size_t i = 0; i < few.time.size(); i++) {
      area += few.cpu.avg[i] * static_cast<double>(few.time[i] - before);
      before = few.time[i];
      low = std::min(low, few.cpu.min[i]);
      high = std::max(high, few.cpu.max[i]);
      CHECK(few.memory.min[i] <= few.memory.avg[i] && few.memory.avg[i] <= few.memory.max[i]);
    }
    CHECK_NEAR(area / 100, 15e6, 1);
    CHECK_NEAR(low, 50, 1e-9);
    CHECK_NEAR(high, 100, 1e-9);
  }
  CHECK(columns({100 * kPeriod, 200 * kPeriod}, 10, *recorded.process, nullptr).time.empty());
}

}  // namespace
}  // namespace spanmeter
