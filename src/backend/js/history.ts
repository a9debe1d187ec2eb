import type { Edge } from '../backend.js'
import { coveredPart } from './clock.js'
import { Columns, Slot } from './layout.js'
import { Ring } from './ring.js'

/** Rows at the most, whatever is asked for. */
const MAX_ROWS = 2 ** 22

export interface HistorySize {
  /** Sampling period in ns. */
  readonly period: number
  /** Time to remember, in ns. */
  readonly length: number
}

/** Everything the sampler wrote down. A series is absent when its source was not asked for or does not exist. */
export class History {
  readonly period: number
  /** Time that fits, in ns. */
  readonly length: number
  readonly process: Ring
  readonly thread: Ring | undefined
  readonly memory: Ring | undefined
  readonly usage: Ring | undefined
  readonly #rings: Ring[]
  #covered = 0

  constructor(size: HistorySize, wanted: { thread: boolean; memory: boolean; usage: boolean }) {
    // Two more than fit: a window as long as all of it needs the row before it.
    const rows = Math.min(Math.ceil(size.length / size.period) + 2, MAX_ROWS)
    this.period = size.period
    this.length = Math.min(size.length, (rows - 2) * size.period)
    this.process = new Ring(Columns.process, rows)
    this.thread = wanted.thread ? new Ring(Columns.thread, rows) : undefined
    this.memory = wanted.memory ? new Ring(Columns.memory, rows) : undefined
    this.usage = wanted.usage ? new Ring(Columns.usage, rows) : undefined
    this.#rings = [this.process, this.thread, this.memory, this.usage].filter((ring) => ring !== undefined)
  }

  allocate(): void {
    for (const ring of this.#rings) ring.allocate()
  }

  free(): void {
    for (const ring of this.#rings) ring.free()
  }

  get memoryBytes(): number {
    return this.#rings.reduce((sum, ring) => sum + ring.memoryBytes, 0)
  }

  /** Adds a row to each series whose values the reading has. Changes the reading's slot for the covered time. */
  append(reading: Edge): void {
    const time = reading[Slot.time]!
    const newest = this.process.newestTime
    if (time <= newest) return // time in a series grows
    if (this.process.count > 0) this.#covered += coveredPart(time - newest, this.period)
    reading[Slot.covered] = this.#covered
    for (const ring of this.#rings) {
      if (ring.knows(reading)) ring.push(reading)
    }
  }
}
