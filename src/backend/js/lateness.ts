const BUCKETS_PER_OCTAVE = 8
/** Enough for the largest whole number of nanoseconds, 2^53. */
const BUCKETS = 53 * BUCKETS_PER_OCTAVE + 2

/** How late samples were taken after their tick, in ns: a histogram whose quantiles are at most 9 % too high. */
export class Lateness {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0
  #max = 0

  get max(): number {
    return this.#max
  }

  /** `late` is a whole number of ns, 0 or more. */
  record(late: number): void {
    const bucket = late < 1 ? 0 : 1 + Math.floor(Math.log2(late) * BUCKETS_PER_OCTAVE)
    this.#counts[bucket]!++
    this.#total++
    if (late > this.#max) this.#max = late
  }

  /** The value that the given share (0..1) of all records does not exceed; 0 without records. */
  quantile(share: number): number {
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!
      if (seen > 0 && seen >= share * this.#total) {
        return bucket === 0 ? 0 : Math.min(2 ** (bucket / BUCKETS_PER_OCTAVE), this.#max)
      }
    }
    return 0
  }
}
