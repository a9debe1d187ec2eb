#include "columns.h"

#include <algorithm>
#include <limits>

#include "../history/rows.h"

namespace spanmeter {

namespace {

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
    column_.avg.push_back(known ? area_ / weight_ : kNotKnown);
    column_.min.push_back(known ? low_ : kNotKnown);
    column_.max.push_back(known ? high_ : kNotKnown);
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

// One column of a series over a window: its value at each row inside, and interpolated at the edges.
class Trace {
 public:
  Trace(const Series* series, size_t column, const WindowQuery& query) {
    if (series == nullptr) return;
    std::vector<int64_t> rows;
    series->copy(query.from, query.to, rows);
    for (size_t i = 0; i < rows.size(); i += series->width()) {
      add({rows[i], static_cast<double>(rows[i + column])}, query);
    }
  }

  struct Point {
    Nanos time;
    double value;
  };
  const std::vector<Point>& points() const { return points_; }

 private:
  void add(const Point& point, const WindowQuery& query) {
    if (known_ && last_.time < query.from && point.time > query.from) push(at(point, query.from));
    if (known_ && last_.time < query.to && point.time > query.to) push(at(point, query.to));
    if (point.time >= query.from && point.time <= query.to) push(point);
    last_ = point;
    known_ = true;
  }
  // Between the last point and this one.
  Point at(const Point& point, Nanos time) const {
    const double share =
        static_cast<double>(time - last_.time) / static_cast<double>(point.time - last_.time);
    return {time, last_.value + share * (point.value - last_.value)};
  }
  void push(const Point& point) {
    if (points_.empty() || points_.back().time < point.time) points_.push_back(point);
  }

  std::vector<Point> points_;
  Point last_{};
  bool known_ = false;
};

Column fold_trace(Kind kind, const Trace& trace, const std::vector<Nanos>& ends) {
  const auto& points = trace.points();
  Fold fold(ends, points.empty() ? 0 : points[0].time);
  for (size_t i = 1; i < points.size(); i++) {
    const auto& [left, a] = points[i - 1];
    const auto& [right, b] = points[i];
    if (kind == Kind::kGauge) {
      fold.add(left, right, (a + b) / 2, std::min(a, b), std::max(a, b));
    } else {
      const double rate = std::max(0.0, 100.0 * (b - a) / static_cast<double>(right - left));
      fold.add(left, right, rate, rate, rate);
    }
  }
  return fold.take();
}

std::vector<Nanos> bucket_ends(const Trace& trace, size_t max_points) {
  std::vector<Nanos> ends;
  const size_t pieces = trace.points().empty() ? 0 : trace.points().size() - 1;
  const size_t group = (pieces + max_points - 1) / max_points;
  for (size_t i = 1; i <= pieces; i++) {
    if (i % group == 0 || i == pieces) ends.push_back(trace.points()[i].time);
  }
  return ends;
}

}  // namespace

Columns columns(const WindowQuery& query, size_t max_points, const ProcessHistory& process,
                const ThreadHistory* thread) {
  const Trace cpu(&process.process->rows(), ProcessRow::kCpu, query);
  const Trace thread_cpu(thread != nullptr ? &thread->cpu->rows() : nullptr, ThreadRow::kCpu, query);
  const Trace memory(&process.memory->rows(), MemoryRow::kResident, query);
  Columns result;
  result.time = bucket_ends(cpu, max_points);
  result.cpu = fold_trace(Kind::kRate, cpu, result.time);
  result.thread = fold_trace(Kind::kRate, thread_cpu, result.time);
  result.memory = fold_trace(Kind::kGauge, memory, result.time);
  return result;
}

}  // namespace spanmeter
