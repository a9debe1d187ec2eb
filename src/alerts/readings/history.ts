import type { ResourceMonitor, ResourceStats, SampleColumns } from '../../types.js'

/** A stretch of what was sampled since the last look. */
export class Chunk {
  readonly fromMs: number
  readonly toMs: number
  readonly stats: ResourceStats
  readonly #read: () => SampleColumns | undefined
  #columns: SampleColumns | undefined

  constructor(monitor: ResourceMonitor, fromMs: number, toMs: number, read: () => SampleColumns | undefined) {
    this.fromMs = fromMs
    this.toMs = toMs
    this.stats = monitor.between(fromMs, toMs)
    this.#read = read
  }

  /** The samples, read when they are first asked for. Undefined where they are gone. */
  get columns(): SampleColumns | undefined {
    this.#columns ??= this.#read()
    return this.#columns
  }
}

/** As long as a look goes, unless the loop was blocked. */
const chunkMs = 4000
/** Where samples are gone. */
const coarseMs = 1000
/** More than samples of 4 ms need; of more, so many means are looked at. */
const maxPoints = 4000
/** Within so long there is a sample, as a rule. */
const recentMs = 50
/** After so many hours without a look the stretches become longer. */
const maxChunks = 1000

/**
 * What the monitor sampled since the last look, asked for once for all rules: samples where they are still there, the
 * summaries where they are gone.
 */
export class History {
  readonly monitor: ResourceMonitor
  chunks: readonly Chunk[] = []
  /** The time of the latest sample that was looked at. */
  untilMs: number

  constructor(monitor: ResourceMonitor, startMs: number) {
    this.monitor = monitor
    this.untilMs = startMs
  }

  advance(nowMs: number): void {
    const chunks: Chunk[] = []
    const stepMs = Math.max(chunkMs, (nowMs - this.untilMs) / maxChunks)
    for (let fromMs = this.untilMs; fromMs < nowMs; fromMs += stepMs) {
      chunks.push(...this.#read(fromMs, Math.min(nowMs, fromMs + stepMs), nowMs))
    }
    const last = chunks.at(-1)
    if (last !== undefined) this.untilMs = last.toMs
    this.chunks = chunks
  }

  #read(fromMs: number, toMs: number, nowMs: number): Chunk[] {
    if (toMs < nowMs) return this.#readPast(fromMs, toMs)
    const lastMs = this.#lastSample(Math.max(fromMs, nowMs - recentMs), nowMs) ?? this.#lastSample(fromMs, nowMs)
    // Not sampled yet.
    if (lastMs === undefined) return []
    return [new Chunk(this.monitor, fromMs, lastMs, () => this.monitor.samples(fromMs, lastMs, maxPoints))]
  }

  #lastSample(fromMs: number, toMs: number): number | undefined {
    return this.monitor.samples(fromMs, toMs, maxPoints).timeMs.at(-1)
  }

  #readPast(fromMs: number, toMs: number): Chunk[] {
    const columns = this.monitor.samples(fromMs, toMs, maxPoints)
    if (columns.timeMs.length > 0) return [new Chunk(this.monitor, fromMs, toMs, () => columns)]
    const chunks: Chunk[] = []
    const stepMs = Math.max(coarseMs, (toMs - fromMs) / 4)
    for (let from = fromMs; from < toMs; from += stepMs) {
      chunks.push(new Chunk(this.monitor, from, Math.min(toMs, from + stepMs), () => undefined))
    }
    return chunks
  }
}
