import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { clearInterval, performanceNow, setInterval } from '../clock.js'
import { outside } from '../outside.js'
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

const tickMs = 10
/** Shorter ones are common, and no reason to look at anything. */
const blockMs = 20

/**
 * When the event loop ran nothing that was due for 20 ms or longer, by a timer that was late by that much. A block began
 * at most a tick of 10 ms before the timer was due.
 */
export class BlockLog {
  #start: number[] = []
  #duration: number[] = []
  #last = performanceNow()
  readonly #timer = outside(() => setInterval(() => this.#tick(), tickMs).unref())

  /** Those since it was last asked. Undefined if there were none. */
  take(): PausesLine | undefined {
    // One that is not over, as when the program exits from it.
    this.#tick()
    if (this.#start.length === 0) return undefined
    const line: PausesLine = { kind: 'blocks', start: this.#start, duration: this.#duration }
    this.#start = []
    this.#duration = []
    return line
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performanceNow()
    const due = this.#last + tickMs
    this.#last = now
    if (now - due < blockMs) return
    this.#start.push(roundMs(due))
    this.#duration.push(roundMs(now - due))
  }
}
