/** A piece of time in which a metric was on one side of the thresholds. Pieces follow each other without a gap. */
export interface Piece {
  readonly fromMs: number
  /** May be `fromMs`: what is known of that moment alone. */
  readonly toMs: number
  /** The mean, which is compared. NaN: not known. */
  readonly value: number
  /** The extremes in single samples. */
  readonly low: number
  readonly high: number
}

export function flat(fromMs: number, toMs: number, value: number): Piece {
  return { fromMs, toMs, value, low: value, high: value }
}
