#include "quantiles.h"

#include <algorithm>

namespace spanmeter {

namespace {
// Sorting this many pieces is as quick as reading two snapshots of the histogram.
constexpr uint64_t kFewPieces = 32;

Piece piece_before(const Pyramid& series, uint64_t row) {
  const Series& rows = series.rows();
  const size_t column = series.column();
  const Extremes extremes = piece(Kind::kRate, rows.time(row - 1), rows.word(row - 1, column), rows.time(row),
                                  rows.word(row, column));
  return {extremes.gap, extremes.max};
}
}  // namespace

void Quantiles::load(const Stretch& stretch, const Pyramid& series, const Histogram& histogram) {
  pieces_.clear();
  exact_ = stretch.inner_last() - stretch.inner_first() <= kFewPieces && sort_pieces(stretch, series);
  if (exact_) return;
  lowest_ = Histogram::bucket(stretch.extremes().min);
  highest_ = Histogram::bucket(stretch.extremes().max);
  times_.fill(0);
  lowest_row_ = stretch.inner_last();
  // Overrun, or beyond what the histogram remembers: what is left are the outer pieces.
  if (!subtract(stretch, series, histogram)) times_.fill(0);
  for (const Piece& piece : stretch.outer()) times_[Histogram::bucket(piece.value)] += piece.length;
}

bool Quantiles::sort_pieces(const Stretch& stretch, const Pyramid& series) {
  for (const Piece& piece : stretch.outer()) {
    if (piece.length > 0) pieces_.push_back(piece);
  }
  for (uint64_t row = stretch.inner_first() + 1; row <= stretch.inner_last(); row++) {
    pieces_.push_back(piece_before(series, row));
  }
  if (stretch.inner_last() > stretch.inner_first() && stretch.inner_first() < series.rows().oldest())
    return false;
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.value < b.value; });
  return true;
}

// The pieces that end with the rows (first, last], once more or once less.
void Quantiles::add_pieces(const Pyramid& series, uint64_t first, uint64_t last, int64_t sign) {
  const Series& rows = series.rows();
  Nanos left_time = rows.time(first);
  int64_t left = rows.word(first, series.column());
  for (uint64_t row = first + 1; row <= last; row++) {
    const Nanos right_time = rows.time(row);
    const int64_t right = rows.word(row, series.column());
    const int64_t rate = piece(Kind::kRate, left_time, left, right_time, right).max;
    times_[Histogram::bucket(rate)] += sign * (right_time - left_time);
    left_time = right_time;
    left = right;
  }
}

// Pieces between which no snapshot was taken are added up one by one: there may be none beside them either of
// which the rows in between are still there.
bool Quantiles::subtract(const Stretch& stretch, const Pyramid& series, const Histogram& histogram) {
  const uint64_t first = stretch.inner_first(), last = stretch.inner_last();
  if (!Histogram::snapshot_between(first, last) && first >= series.rows().oldest()) {
    add_pieces(series, first, last, 1);
    return first >= series.rows().oldest();
  }
  return add_up_to(last, 1, series, histogram) && add_up_to(first, -1, series, histogram) &&
         lowest_row_ >= series.rows().oldest();
}

// The times up to a row: those of the nearest snapshot, and the pieces between it and the row. Where the rows
// of those pieces are gone, the snapshot alone has to do.
bool Quantiles::add_up_to(uint64_t row, int64_t sign, const Pyramid& series, const Histogram& histogram) {
  const uint64_t oldest = series.rows().oldest();
  const auto before = histogram.before(row), after = histogram.after(row);
  const bool exact_before = before && before->row >= oldest;
  const bool exact_after = after && row >= oldest;
  const bool nearer_after = after && (!before || after->row - row < row - before->row);
  const bool take_after = exact_after && (nearer_after || !exact_before);
  const auto& taken = take_after ? after : before ? before : after;
  if (!taken || !histogram.add(*taken, sign, lowest_, highest_, times_)) return false;
  if (take_after) {
    lowest_row_ = std::min(lowest_row_, row);
    add_pieces(series, row, after->row, -sign);
  } else if (exact_before) {
    lowest_row_ = std::min(lowest_row_, before->row);
    add_pieces(series, before->row, row, sign);
  }
  return true;
}

std::array<double, Quantiles::kShares> Quantiles::at(const Shares& shares) const {
  std::array<double, kShares> rates{};
  const size_t first = exact_ ? 0 : lowest_;
  const size_t end = exact_ ? pieces_.size() : highest_ + 1;
  const auto time = [&](size_t i) { return exact_ ? pieces_[i].length : std::max<Nanos>(0, times_[i]); };
  const auto rate = [&](size_t i) {
    return exact_ ? static_cast<double>(pieces_[i].value) : Histogram::rate(i);
  };
  Nanos total = 0;
  for (size_t i = first; i < end; i++) total += time(i);
  if (total == 0) return rates;
  Nanos seen = 0;
  size_t next = 0;
  for (size_t i = first; i < end && next < kShares; i++) {
    if (time(i) == 0) continue;
    seen += time(i);
    for (; next < kShares && static_cast<double>(seen) >= shares[next] * static_cast<double>(total); next++) {
      rates[next] = rate(i);
    }
  }
  return rates;
}

}  // namespace spanmeter
