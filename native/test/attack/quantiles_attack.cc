#include <algorithm>
#include <cmath>
#include <memory>

#include "../../core/history/histogram.h"
#include "../../core/window/quantiles.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

// Pieces of one length, of two rates far apart by turns. Whatever is put together of words of different rows
// is a rate between them or beyond, and in the middle of the distribution, where one rate follows on the
// other, it is seen.
enum : size_t { kTime, kCpu, kWidth };
constexpr Stretch::Shape kShape{kWidth, Kind::kRate, kCpu};
constexpr std::array<Nanos, 2> kUsed{kMillisecond / 100, 8 * kMillisecond};  // in a millisecond

Nanos time_of(uint64_t row) {
  return static_cast<Nanos>(row + 1) * kMillisecond;
}
Nanos cpu_of(uint64_t row) {
  return static_cast<Nanos>(row / 2) * kUsed[0] + static_cast<Nanos>((row + 1) / 2) * kUsed[1];
}
// Rows, of a level of the pyramid that reaches further back than the rows.
constexpr uint64_t kNode = 1024;
// Billionths, of the piece that ends with a row.
constexpr int64_t rate(Nanos used) {
  return used * (1'000'000'000 / kMillisecond);
}

struct Attacked {
  std::unique_ptr<Pyramid> pyramid;
  std::unique_ptr<Histogram> histogram;

  explicit Attacked(size_t rows)
      : pyramid(Pyramid::create(kWidth, Kind::kRate, kCpu, rows, 4)), histogram(Histogram::create(rows)) {}

  void write(uint64_t row) {
    const int64_t values[kWidth] = {time_of(row), cpu_of(row)};
    pyramid->append(values);
    if (row > 0) histogram->append(row, values[kTime], rate(kUsed[row % 2]), kMillisecond);
  }

  // To the width of a bucket.
  static bool near(double found, int64_t rate) {
    return std::fabs(found / static_cast<double>(rate) - 1) < 0.06;
  }
  static bool possible(double found) {
    return std::any_of(kUsed.begin(), kUsed.end(), [&](Nanos used) { return near(found, rate(used)); });
  }

  void ask(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = pyramid->rows().head();
    if (head < 4) return;
    // It begins where the writer comes next.
    const uint64_t kept = std::min<uint64_t>(head, pyramid->rows().capacity());
    const uint64_t first = head - kept + random() % (1 + kept / 8);
    const uint64_t last = std::min(head - 1, first + 1 + random() % kept);
    Stretch stretch;
    if (!stretch.load(pyramid.get(), kShape, {time_of(first), time_of(last)})) return;
    // An edge that is known to the grain of a node only has the mean of many pieces beside it.
    const Line& line = stretch.line();
    if (!line.has_rows() || line.from().level > 0 || line.to().level > 0) return;
    Quantiles quantiles;
    quantiles.load(stretch, *pyramid, *histogram);
    findings.answers++;
    for (const double found : quantiles.at({0.02, 0.5, 1})) findings.expect(possible(found));
  }

  // From where only snapshots are left, of which the writer overwrites the oldest next. Each rate has half of
  // the time, but for the little that is known by the mean of the node in which the window begins.
  void ask_beyond_rows(std::mt19937_64& random, Findings& findings) const {
    const uint64_t head = pyramid->rows().head(), kept = pyramid->rows().capacity();
    if (head < 4 * kept) return;
    const uint64_t node = (head - kept) / kNode * kNode;
    const uint64_t first = node - 1 - random() % (kNode / 16);
    const uint64_t last = head - 1 - random() % (kept / 2);
    Stretch stretch;
    if (!stretch.load(pyramid.get(), kShape, {time_of(first), time_of(last)})) return;
    if (!stretch.line().has_rows() || stretch.line().to().level > 0) return;
    Quantiles quantiles;
    quantiles.load(stretch, *pyramid, *histogram);
    const auto [low, high] = ends(quantiles);
    findings.answers++;
    findings.expect((near(low, rate(kUsed[0])) && near(high, rate(kUsed[1]))) ||
                    is_outer(low, high, stretch));
  }

  static std::array<double, 2> ends(const Quantiles& quantiles) {
    const auto found = quantiles.at({0.25, 0.5, 0.75});
    return {found[0], found[2]};
  }

  // Whether there is only what lies at the edges, since the writer was faster.
  static bool is_outer(double low, double high, const Stretch& stretch) {
    auto pieces = stretch.outer();
    std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.value < b.value; });
    const auto at = [&](double share) {
      const auto all = static_cast<double>(pieces[0].length + pieces[1].length);
      return pieces[static_cast<double>(pieces[0].length) >= share * all && pieces[0].length > 0 ? 0 : 1]
          .value;
    };
    return near(low, at(0.25)) && near(high, at(0.75));
  }
};

void attack_quantiles_of(size_t rows) {
  attack([=] {
    const auto attacked = std::make_shared<Attacked>(rows);
    return Round{[=](uint64_t row) { attacked->write(row); },
                 [=](std::mt19937_64& random, Findings& findings) { attacked->ask(random, findings); }};
  });
}

TEST(quantiles_of_sixteen_rows_are_of_rates_that_were) {
  attack_quantiles_of(16);
}

TEST(quantiles_of_a_thousand_rows_are_of_rates_that_were) {
  attack_quantiles_of(1024);
}

TEST(quantiles_from_beyond_the_rows_are_of_both_rates) {
  attack([] {
    const auto attacked = std::make_shared<Attacked>(1024);
    return Round{
        [=](uint64_t row) { attacked->write(row); },
        [=](std::mt19937_64& random, Findings& findings) { attacked->ask_beyond_rows(random, findings); }};
  });
}

}  // namespace
}  // namespace spanmeter
