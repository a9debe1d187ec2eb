#include "twin_rates.h"

#include <algorithm>

namespace spanmeter {

void Rates::load(const Points& points, size_t column, Nanos start_unsure, Nanos end_unsure) {
  pieces_.clear();
  sorted_ = false;
  if (points.count() < 2) return;
  const size_t last = points.count() - 1;
  const auto length = [&](size_t left, size_t right) { return points.time(right) - points.time(left); };
  const auto growth = [&](size_t left, size_t right) {
    return points.at(right, column) - points.at(left, column);
  };
  const auto precise = [&](size_t left, size_t right, Nanos unsure) {
    return 100 * unsure <= std::max(length(left, right), growth(left, right));
  };
  size_t first_end = 1;  // of the first piece
  if (points.exact_start()) {
    while (first_end < last && (length(0, first_end) < length(first_end, first_end + 1) ||
                                !precise(0, first_end, start_unsure))) {
      first_end++;
    }
  }
  size_t last_begin = last - 1;  // of the last one
  if (points.open_end()) {
    while (last_begin >= first_end && last_begin > 0) {
      const size_t before = last_begin == first_end ? 0 : last_begin - 1;
      if (length(last_begin, last) >= length(before, last_begin) && precise(last_begin, last, end_unsure))
        break;
      last_begin = before;
    }
  }
  size_t left = 0;
  for (size_t right = last_begin == 0 ? last : first_end; right <= last; right++) {
    if (right > last_begin && right < last) continue;
    const double weight = static_cast<double>(length(left, right));
    if (weight > 0) {
      pieces_.push_back({std::max(0.0, 100.0 * static_cast<double>(growth(left, right)) / weight), weight});
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
