import type { ResourceStats } from '../../types.js'
import type { History } from './history.js'
import { flat, type Piece } from './piece.js'
import { nothing, type Range, type Reading, union } from './reading.js'

export interface Mean {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** What the means of windows are of. */
export interface Averages {
  /** Undefined where the mean of a window is not known. */
  mean(stats: ResourceStats): Mean | undefined
  /** Of time, and all of it may lie in one part of a window. Other means lie between the extremes of the samples. */
  readonly isShare: boolean
}

/** After a blocked loop the pieces become longer rather than more. */
const maxPieces = 1000

/** Means over pieces of a fixed length, each from one question to the summaries, and asked only where a rule needs them. */
export class Averaged implements Reading {
  readonly #history: History
  readonly #lengthMs: number
  /** What is read more seldom than at each sample is known only so long after. */
  readonly #lagMs: number
  readonly #averages: Averages
  /** What `advance()` found: so many pieces from then on. */
  #found = { fromMs: 0, lengthMs: 0, count: 0 }
  #untilMs: number
  #pieces: Piece[] | undefined
  /** Of all samples since `#untilMs`, or more. */
  #sampled: Range = nothing
  range: Range = nothing

  constructor(history: History, lengthMs: number, lagMs: number, averages: Averages) {
    this.#history = history
    this.#lengthMs = lengthMs
    this.#lagMs = lagMs
    this.#averages = averages
    this.#untilMs = history.untilMs
  }

  advance(nowMs: number): void {
    const knownMs = Math.min(this.#history.untilMs, nowMs - this.#lagMs)
    const fromMs = this.#untilMs
    const stretch = Math.max(1, Math.ceil((knownMs - fromMs) / this.#lengthMs / maxPieces))
    const lengthMs = stretch * this.#lengthMs
    const count = Math.max(0, Math.floor((knownMs - fromMs) / lengthMs))
    this.#found = { fromMs, lengthMs, count }
    this.#untilMs = fromMs + count * lengthMs
    this.#pieces = undefined
    this.range = this.#averages.isShare ? this.#shares(count) : this.#extremes(count)
  }

  #shares(count: number): Range {
    const { fromMs } = this.#found
    const whole = count > 0 ? this.#averages.mean(this.#history.monitor.between(fromMs, this.#untilMs)) : undefined
    return whole === undefined ? nothing : { low: 0, high: whole.value * count }
  }

  #extremes(count: number): Range {
    const latest = this.#history.chunks.reduce(
      (range, { stats }) => union(range, this.#averages.mean(stats) ?? nothing),
      nothing,
    )
    const all = union(this.#sampled, latest)
    // The next piece begins after the look before this one.
    this.#sampled = count > 0 ? latest : all
    return count > 0 ? all : nothing
  }

  pieces(): Iterable<Piece> {
    const { fromMs, lengthMs, count } = this.#found
    this.#pieces ??= Array.from({ length: count }, (_, i) => {
      const beginMs = fromMs + i * lengthMs
      return this.#read(beginMs, beginMs + lengthMs)
    })
    return this.#pieces
  }

  #read(fromMs: number, toMs: number): Piece {
    const mean = this.#averages.mean(this.#history.monitor.between(fromMs, toMs))
    return mean === undefined ? flat(fromMs, toMs, Number.NaN) : { fromMs, toMs, ...mean }
  }
}
