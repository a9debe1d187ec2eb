#include "columns.h"

#include <algorithm>
#include <limits>

#include "../history/rows.h"

namespace spanmeter {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Folds the pieces between neighbouring points into buckets that end at the given times. A piece that spans
// several buckets counts in each with the part that lies in it.
class Fold {
 public:
  Fold(const std::vector<Nanos>& ends, Nanos start) : ends_(ends), start_(start) {}

  // `value` is the mean of a piece, `low` and `high` its extremes.
  void add(Nanos left, Nanos right, double value, double low, double high) {
    while (bucket_ < ends_.size() && ends_[bucket_] <= left) flush();
    for (Nanos from = std::max(left, start_); from < right && bucket_ < ends_.size();) {
      const Nanos until = std::min(right, ends_[bucket_]);
      const double weight = static_cast<double>(until - from);
      area_ += value * weight;
      weight_ += weight;
      low_ = std::min(low_, low);
      high_ = std::max(high_, high);
      from = until;
      if (until == ends_[bucket_]) flush();
    }
  }

  Column take() {
    while (bucket_ < ends_.size()) flush();
    return std::move(column_);
  }

 private:
  void flush() {
    const bool known = weight_ > 0;
    column_.avg.push_back(known ? area_ / weight_ : kUnknown);
    column_.min.push_back(known ? low_ : kUnknown);
    column_.max.push_back(known ? high_ : kUnknown);
    area_ = weight_ = 0;
    low_ = std::numeric_limits<double>::infinity();
    high_ = -low_;
    bucket_++;
  }

  const std::vector<Nanos>& ends_;
  const Nanos start_;
  size_t bucket_ = 0;
  double area_ = 0;
  double weight_ = 0;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  Column column_;
};

Column fold_rate(const Points& points, size_t column, const std::vector<Nanos>& ends) {
  Fold fold(ends, points.count() > 0 ? points.time(0) : 0);
  for (size_t i = 1; i < points.count(); i++) {
    const Nanos length = points.time(i) - points.time(i - 1);
    if (length <= 0) continue;
    const double used = static_cast<double>(points.at(i, column) - points.at(i - 1, column));
    const double rate = std::max(0.0, 100.0 * used / static_cast<double>(length));
    fold.add(points.time(i - 1), points.time(i), rate, rate, rate);
  }
  return fold.take();
}

Column fold_gauge(const Points& points, size_t column, const std::vector<Nanos>& ends) {
  Fold fold(ends, points.count() > 0 ? points.time(0) : 0);
  for (size_t i = 1; i < points.count(); i++) {
    const double a = static_cast<double>(points.at(i - 1, column));
    const double b = static_cast<double>(points.at(i, column));
    fold.add(points.time(i - 1), points.time(i), (a + b) / 2, std::min(a, b), std::max(a, b));
  }
  return fold.take();
}

std::vector<Nanos> bucket_ends(const Points& points, size_t max_points) {
  std::vector<Nanos> ends;
  const size_t pieces = points.count() > 0 ? points.count() - 1 : 0;
  const size_t group = (pieces + max_points - 1) / max_points;
  for (size_t i = 1; i <= pieces; i++) {
    if (i % group == 0 || i == pieces) ends.push_back(points.time(i));
  }
  return ends;
}

}  // namespace

Columns columns(const WindowQuery& query, size_t max_points, const ProcessHistory& process,
                const ThreadHistory* thread) {
  const Span span{query.from, query.to};
  Columns result;
  Points points;
  points.load(&process.process->rows(), ProcessRow::kWidth, span);
  result.time = bucket_ends(points, max_points);
  result.cpu = fold_rate(points, ProcessRow::kCpu, result.time);
  points.load(thread != nullptr ? &thread->cpu->rows() : nullptr, ThreadRow::kWidth, span);
  result.thread = fold_rate(points, ThreadRow::kCpu, result.time);
  points.load(&process.memory->rows(), MemoryRow::kWidth, span);
  result.memory = fold_gauge(points, MemoryRow::kResident, result.time);
  return result;
}

}  // namespace spanmeter
