import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { TimerBlocks } from '../loop/timer-blocks.js'
import { roundMs } from './costs.js'
import type { PausesLine } from './lines.js'

const {
  NODE_PERFORMANCE_GC_MAJOR: major,
  NODE_PERFORMANCE_GC_MINOR: minor,
  NODE_PERFORMANCE_GC_INCREMENTAL: incremental,
  NODE_PERFORMANCE_GC_WEAKCB: weak,
} = constants
const gcTypes: Readonly<Record<number, string>> = {
  [minor]: 'minor',
  [major]: 'major',
  [incremental]: 'incremental',
  [weak]: 'weak callbacks',
}

/** A type that came with a later version is known only by its number. */
type WithDetail = PerformanceEntry & { detail?: { kind?: number } }

/** The garbage collections of this thread, as V8 reports them. */
export class CollectionLog {
  #found: PerformanceEntry[] = []
  readonly #observer = new PerformanceObserver((list) => this.#found.push(...list.getEntries()))

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** Those since it was last asked. Undefined if there were none. */
  take(): PausesLine | undefined {
    const entries = [...this.#found, ...this.#observer.takeRecords()]
    this.#found = []
    if (entries.length === 0) return undefined
    return {
      kind: 'gc',
      start: entries.map(({ startTime }) => roundMs(startTime)),
      duration: entries.map(({ duration }) => roundMs(duration)),
      types: entries.map((entry) => gcTypes[(entry as WithDetail).detail?.kind ?? 0] ?? 'other'),
    }
  }

  stop(): void {
    this.#observer.disconnect()
  }
}

/** Shorter ones are common, and no reason to look at anything. */
const blockMs = 20

/** When the event loop ran nothing that was due for 20 ms or longer, by a timer that was late by that much. */
export class BlockLog {
  #start: number[] = []
  #duration: number[] = []
  readonly #blocks = new TimerBlocks(blockMs, (startMs, endMs) => {
    this.#start.push(roundMs(startMs))
    this.#duration.push(roundMs(endMs - startMs))
  })

  /** Also one that is not over, as far as it has come: the rest would be another one. */
  endHere(): void {
    this.#blocks.look()
  }

  /** Those that were over since it was last asked. Undefined if there were none. */
  take(): PausesLine | undefined {
    if (this.#start.length === 0) return undefined
    const line: PausesLine = { kind: 'blocks', start: this.#start, duration: this.#duration }
    this.#start = []
    this.#duration = []
    return line
  }

  stop(): void {
    this.#blocks.stop()
  }
}
