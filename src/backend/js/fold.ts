import type { SampleSeries } from '../../types.js'

/**
 * Folds the pieces between neighbouring points into buckets that end at the given times (ns). A piece that spans
 * several buckets counts in each with the part that lies in it. A bucket of which nothing is known is NaN.
 */
export class Fold {
  /** Whether any bucket got a piece. */
  known = false
  readonly #ends: Float64Array
  /** When the first bucket begins, in ns. */
  readonly #start: number
  readonly #series: SampleSeries
  #bucket = 0
  #area = 0
  #weight = 0
  #low = Number.POSITIVE_INFINITY
  #high = Number.NEGATIVE_INFINITY

  constructor(ends: Float64Array, start: number) {
    this.#ends = ends
    this.#start = start
    const column = () => new Float64Array(ends.length).fill(Number.NaN)
    this.#series = { avg: column(), min: column(), max: column() }
  }

  /** `value` is the mean of a piece, `low` and `high` its extremes. */
  add(left: number, right: number, value: number, low: number, high: number): void {
    const ends = this.#ends
    while (this.#bucket < ends.length && ends[this.#bucket]! <= left) this.#flush()
    for (let from = Math.max(left, this.#start); from < right && this.#bucket < ends.length; ) {
      const end = ends[this.#bucket]!
      const until = Math.min(right, end)
      this.#area += value * (until - from)
      this.#weight += until - from
      if (low < this.#low) this.#low = low
      if (high > this.#high) this.#high = high
      from = until
      if (until === end) this.#flush()
    }
  }

  /** No more pieces: closes the bucket that is open. */
  take(): SampleSeries {
    if (this.#bucket < this.#ends.length) this.#flush()
    return this.#series
  }

  #flush(): void {
    if (this.#weight > 0) {
      this.known = true
      this.#series.avg[this.#bucket] = this.#area / this.#weight
      this.#series.min[this.#bucket] = this.#low
      this.#series.max[this.#bucket] = this.#high
    }
    this.#area = this.#weight = 0
    this.#low = Number.POSITIVE_INFINITY
    this.#high = Number.NEGATIVE_INFINITY
    this.#bucket++
  }
}
