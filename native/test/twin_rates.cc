#include "twin_rates.h"

#include <algorithm>

namespace spanmeter {

void Rates::load(const Points& points, size_t column) {
  pieces_.clear();
  sorted_ = false;
  if (points.count() < 2) return;
  size_t first = 0;
  size_t last = points.count() - 1;
  const auto length = [&](size_t left, size_t right) { return points.time(right) - points.time(left); };
  // Joining is leaving out the point in between.
  const bool join_first = points.exact_start() && last >= 2 && length(0, 1) * 2 < length(1, 2);
  const bool join_last =
      points.exact_end() && last >= 2 && length(last - 1, last) * 2 < length(last - 2, last - 1);
  size_t left = first;
  for (size_t right = first + 1; right <= last; right++) {
    if (right == 1 && join_first) continue;
    if (right == last - 1 && right != first && join_last) continue;
    const double weight = static_cast<double>(length(left, right));
    if (weight > 0) {
      const double used = static_cast<double>(points.at(right, column) - points.at(left, column));
      pieces_.push_back({std::max(0.0, 100.0 * used / weight), weight});
    }
    left = right;
  }
}

double Rates::min() const {
  return std::min_element(pieces_.begin(), pieces_.end(),
                          [](const Piece& a, const Piece& b) { return a.percent < b.percent; })
      ->percent;
}

double Rates::max() const {
  return std::max_element(pieces_.begin(), pieces_.end(),
                          [](const Piece& a, const Piece& b) { return a.percent < b.percent; })
      ->percent;
}

double Rates::quantile(double share) {
  if (!sorted_) {
    std::sort(pieces_.begin(), pieces_.end(),
              [](const Piece& a, const Piece& b) { return a.percent < b.percent; });
    sorted_ = true;
  }
  double total = 0;
  for (const Piece& piece : pieces_) total += piece.weight;
  double seen = 0;
  for (const Piece& piece : pieces_) {
    seen += piece.weight;
    if (seen >= share * total) return piece.percent;
  }
  return pieces_.back().percent;
}

}  // namespace spanmeter
