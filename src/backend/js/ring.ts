import type { Edge } from '../backend.js'
import { Slot } from './layout.js'

/**
 * A fixed ring of rows that grow in time, kept in columns; the oldest row is overwritten. Rows are numbered from 0, the
 * oldest one that is still there.
 */
export class Ring {
  readonly slots: readonly number[]
  readonly #capacity: number
  /** By slot; empty until `allocate()`. */
  #columns: Float64Array[] = []
  #times: Float64Array = new Float64Array(0)
  #count = 0
  #next = 0

  constructor(slots: readonly number[], capacity: number) {
    this.slots = slots
    this.#capacity = capacity
  }

  /** The memory is written to at once: filling it later must not add page faults to what is being measured. */
  allocate(): void {
    if (this.#columns.length > 0) return
    const columns: Float64Array[] = []
    for (const slot of this.slots) columns[slot] = new Float64Array(this.#capacity).fill(0)
    this.#columns = columns
    this.#times = columns[Slot.time]!
  }

  free(): void {
    this.#columns = []
    this.#times = new Float64Array(0)
    this.#count = this.#next = 0
  }

  get count(): number {
    return this.#count
  }

  get memoryBytes(): number {
    return this.#times.byteLength * this.slots.length
  }

  /** Time of the newest row; -Infinity without one. */
  get newestTime(): number {
    return this.#count > 0 ? this.timeAt(this.#count - 1) : Number.NEGATIVE_INFINITY
  }

  /** Whether a reading has all values of this series. */
  knows(reading: Edge): boolean {
    for (const slot of this.slots) {
      if (Number.isNaN(reading[slot])) return false
    }
    return true
  }

  /** `reading` has a later time than the row before it. */
  push(reading: Edge): void {
    for (const slot of this.slots) this.#columns[slot]![this.#next] = reading[slot]!
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1
    if (this.#count < this.#capacity) this.#count++
  }

  timeAt(row: number): number {
    return this.#times[this.#place(row)]!
  }

  valueAt(row: number, slot: number): number {
    return this.#columns[slot]![this.#place(row)]!
  }

  /** The first row at or after `time`; `count` without one. */
  firstFrom(time: number): number {
    return this.#search((t) => t < time)
  }

  /** The first row after `time`; `count` without one. */
  firstAfter(time: number): number {
    return this.#search((t) => t <= time)
  }

  /** Copies the values of the rows `[first, end)` to `target`, from `offset` on. */
  copy(slot: number, first: number, end: number, target: Float64Array, offset: number): void {
    if (first >= end) return
    const column = this.#columns[slot]!
    const place = this.#place(first)
    const straight = Math.min(end - first, this.#capacity - place)
    target.set(column.subarray(place, place + straight), offset)
    target.set(column.subarray(0, end - first - straight), offset + straight)
  }

  #place(row: number): number {
    const place = this.#next - this.#count + row
    return place < 0 ? place + this.#capacity : place
  }

  #search(before: (time: number) => boolean): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (before(this.timeAt(middle))) low = middle + 1
      else high = middle
    }
    return low
  }
}
