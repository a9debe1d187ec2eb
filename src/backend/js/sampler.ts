import { clearInterval, setInterval } from '../../clock.js'
import { outside } from '../../outside.js'
import type { Edge } from '../backend.js'
import { MS, now, toMs } from './clock.js'
import type { History } from './history.js'
import { Lateness } from './lateness.js'
import { EDGE_LENGTH, Slot } from './layout.js'
import type { NodeReader } from './node-reader.js'
import { TickGrid } from './tick-grid.js'

/** How long the sampler stays awake after the last mark was let go of: spans in quick succession share one timer. */
const LINGER = 20 * MS

/** Takes the samples, from a timer that runs only while somebody looks and never keeps the process alive. */
export class Sampler {
  readonly lateness = new Lateness()
  samples = 0
  missed = 0
  /** Longest time between two neighbouring samples, awake, in ns. */
  longestGap = 0
  /**
   * CPU of the sampling callbacks so far, in ns: what the process used while they ran, but no more than the time that
   * took, because another thread may have run meanwhile. What the event loop spends on the timer around them is not in
   * it.
   */
  ownCost = 0

  readonly #history: History
  readonly #reader: NodeReader
  /** Never lets go: as if a mark were always open. */
  readonly #always: boolean
  readonly #row = new Float64Array(EDGE_LENGTH)
  #running = false
  #timer: NodeJS.Timeout | undefined
  #grid = new TickGrid(0, 1)
  #openMarks = 0
  #watchedAt = 0
  /** 0: the next sample only begins an interval. */
  #sampledAt = 0

  constructor(history: History, reader: NodeReader, always: boolean) {
    this.#history = history
    this.#reader = reader
    this.#always = always
  }

  get running(): boolean {
    return this.#running
  }

  get state(): 'stopped' | 'parked' | 'sampling' {
    if (!this.#running) return 'stopped'
    return this.#timer === undefined ? 'parked' : 'sampling'
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#watchedAt = now()
    this.#wake()
  }

  stop(): void {
    this.#running = false
    this.#openMarks = 0
    this.#park()
  }

  /** Keeps the sampler awake until `unwatch()`. */
  watch(): void {
    this.#openMarks++
    if (this.#running) this.#wake()
  }

  unwatch(): void {
    if (this.#openMarks === 0) return
    this.#openMarks--
    this.#watchedAt = now()
  }

  /** Reads the counters as of now, without the sampler's own cost. */
  read(into: Edge): void {
    this.#reader.read(into)
    takeOff(this.ownCost, into)
  }

  /** Samples at once: a loop that is blocked from here on has at least a beginning. */
  #wake(): void {
    if (this.#timer !== undefined) return
    const { period } = this.#history
    this.#grid = new TickGrid(now(), period)
    this.#timer = outside(() => setInterval(() => this.#tick(), toMs(period)))
    this.#timer.unref()
    this.#tick()
  }

  #park(): void {
    clearInterval(this.#timer)
    this.#sampledAt = 0
    this.#timer = undefined
  }

  #tick(): void {
    const begin = now()
    const usedBefore = processCpu()
    const watched = this.#always || this.#openMarks > 0
    if (watched || begin - this.#watchedAt <= LINGER) this.#sample(begin, usedBefore)
    else this.#park()
    this.ownCost += costSince(begin, usedBefore)
  }

  #sample(begin: number, usedBefore: number): void {
    this.lateness.record(this.#grid.lateness(begin))
    this.missed += this.#grid.advance(begin)
    this.samples++
    if (this.#sampledAt !== 0) this.longestGap = Math.max(this.longestGap, begin - this.#sampledAt)
    this.#sampledAt = begin
    const row = this.#row
    this.#reader.read(row)
    // Part of this very callback is in the counters already.
    takeOff(this.ownCost + costSince(begin, usedBefore), row)
    this.#history.append(row)
  }
}

/** As it is when this is loaded: a test framework may put another one in its place. */
const { cpuUsage } = process
let lastCpu = 0

/** CPU of the process so far, in ns; fresh for the calling thread. As it was the last time where it cannot be read. */
function processCpu(): number {
  try {
    const { user, system } = cpuUsage.call(process)
    lastCpu = (user + system) * 1000
  } catch {
    // getrusage(2) may be refused; this runs in a timer, where nobody would catch it.
  }
  return lastCpu
}

function costSince(begin: number, usedBefore: number): number {
  return Math.min(now() - begin, processCpu() - usedBefore)
}

/** A counter that is missing stays so: NaN. */
function takeOff(ownCost: number, reading: Edge): void {
  reading[Slot.sampler] = ownCost
  reading[Slot.cpu]! -= ownCost
  reading[Slot.thread]! -= ownCost
}
