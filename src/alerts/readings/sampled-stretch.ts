import type { ResourceStats, SampleSeries } from '../../types.js'
import type { Chunk } from './history.js'
import { flat, type Piece } from './piece.js'
import { nothing, type Range, rangeOf } from './reading.js'

export type SampledSeries = 'cpu' | 'thread' | 'memory'

/** One series in a stretch of time, cut to pieces no smaller than a rule needs. Rules share what they can. */
export class SampledStretch {
  readonly #chunk: Chunk
  readonly #series: SampledSeries
  readonly #factor: number
  readonly range: Range
  #summary: readonly Piece[] | undefined
  /** Cut only where a value is not known; undefined where there are no samples. */
  #known: readonly Piece[] | undefined
  #rangeOfKnown = nothing

  /** Values are multiplied by `factor`; it is undefined where they are not known. */
  constructor(chunk: Chunk, series: SampledSeries, factor: number | undefined) {
    this.#chunk = chunk
    this.#series = series
    this.#factor = factor ?? Number.NaN
    this.range = rangeIn(chunk.stats, series, this.#factor)
  }

  pieces(threshold: number, clear: number): readonly Piece[] {
    const { stats } = this.#chunk
    const isWhole = Number.isNaN(this.#factor) || (stats.coverage >= 1 && isOneSided(this.range, threshold, clear))
    const samples = isWhole ? undefined : this.#chunk.columns?.[this.#series]
    if (samples === undefined) {
      this.#summary ??= [this.#summarize()]
      return this.#summary
    }
    if (this.#known === undefined) {
      this.#known = this.#runs(samples, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      this.#rangeOfKnown = rangeOf(this.#known)
    }
    return isOneSided(this.#rangeOfKnown, threshold, clear) ? this.#known : this.#runs(samples, threshold, clear)
  }

  #summarize(): Piece {
    const { fromMs, toMs, stats } = this.#chunk
    const values = stats[this.#series]
    const value = (values?.avg ?? Number.NaN) * this.#factor
    if (values === undefined || Number.isNaN(value)) return flat(fromMs, toMs, Number.NaN)
    return { ...{ fromMs, toMs, value }, low: 'min' in values ? this.range.low : value, high: this.range.high }
  }

  /** Neighbours on the same side of both thresholds as one piece. */
  #runs({ avg, min, max }: SampleSeries, threshold: number, clear: number): Piece[] {
    const { fromMs: beginMs, toMs: endMs, columns } = this.#chunk
    const { timeMs } = columns!
    const factor = this.#factor
    const pieces: Piece[] = []
    let [fromMs, toMs, value, low, high] = [beginMs, beginMs, Number.NaN, Number.NaN, Number.NaN]
    for (let i = 0; i < timeMs.length; i++) {
      const next = avg[i]! * factor
      if (i > 0 && !isSameSide(value, next, threshold, clear)) {
        pieces.push({ fromMs, toMs, value, low, high })
        fromMs = toMs
        low = high = Number.NaN
      }
      value = next
      toMs = Math.min(timeMs[i]!, endMs)
      // The first one stands in the place of NaN.
      if (!(min[i]! * factor >= low)) low = min[i]! * factor
      if (!(max[i]! * factor <= high)) high = max[i]! * factor
    }
    if (timeMs.length > 0) pieces.push({ fromMs, toMs, value, low, high })
    // The rest is known to be without a sample.
    if (toMs < endMs) pieces.push(flat(toMs, endMs, Number.NaN))
    return pieces
  }
}

function rangeIn(stats: ResourceStats, series: SampledSeries, factor: number): Range {
  const values = stats[series]
  if (values === undefined || Number.isNaN(factor)) return nothing
  // Of the thread there is no minimum.
  return { low: 'min' in values ? values.min * factor : 0, high: values.max * factor }
}

function isOneSided({ low, high }: Range, threshold: number, clear: number): boolean {
  return (low > threshold || high < threshold) && (low > clear || high < clear)
}

function isSameSide(a: number, b: number, threshold: number, clear: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  return Math.sign(a - threshold) === Math.sign(b - threshold) && Math.sign(a - clear) === Math.sign(b - clear)
}
