import type { ResourceStats } from '../../types.js'
import type { History } from './history.js'
import type { Piece } from './piece.js'
import { nothing, type Range, type Reading, union } from './reading.js'
import { type SampledSeries, SampledStretch } from './sampled-stretch.js'

/** What a value is a share of: nothing, or a limit of the cgroup. */
export type Limit = 'none' | 'cpu' | 'memory'

/** A value of each sample. */
export class Sampled implements Reading {
  readonly #history: History
  readonly #series: SampledSeries
  readonly #limit: Limit
  #stretches: readonly SampledStretch[] = []
  range: Range = nothing

  constructor(history: History, series: SampledSeries, limit: Limit) {
    this.#history = history
    this.#series = series
    this.#limit = limit
  }

  advance(): void {
    this.#stretches = this.#history.chunks.map((chunk) => {
      return new SampledStretch(chunk, this.#series, factorOf(chunk.stats, this.#limit))
    })
    this.range = this.#stretches.reduce((range, stretch) => union(range, stretch.range), nothing)
  }

  pieces(threshold: number, clear: number): readonly Piece[] {
    const [first, ...others] = this.#stretches
    if (first === undefined) return []
    if (others.length === 0) return first.pieces(threshold, clear)
    return this.#stretches.flatMap((stretch) => stretch.pieces(threshold, clear))
  }
}

/** What values are multiplied by; undefined where there is no such limit. */
export function factorOf({ cgroup }: ResourceStats, limit: Limit): number | undefined {
  if (limit === 'none') return 1
  if (limit === 'cpu') return cgroup?.cpuLimit && 1 / cgroup.cpuLimit
  return cgroup?.memoryLimit && 100 / cgroup.memoryLimit
}
