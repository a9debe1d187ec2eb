import type { Edge } from '../backend.js'
import { coveredPart } from './clock.js'
import { Slot } from './layout.js'
import type { Ring } from './ring.js'

/** What is asked of a history: from when to when (ns), and what is known beyond its rows. */
export interface Query {
  readonly from: number
  readonly to: number
  /** Exact values at `from`. */
  readonly start?: Edge | undefined
  /** Exact values at `to`. */
  readonly end?: Edge | undefined
  /** Values read after the newest row, for a window that reaches the present. */
  readonly now?: Edge | undefined
}

/**
 * A window of a series as a polyline: its values at the start, at each sample inside, at the end. Values at an edge
 * that is not exact are interpolated; where the series does not reach as far as the edge, the line is shorter than the
 * window. Empty when nothing is known of the window: fewer than two points.
 */
export class Points {
  readonly count: number
  /** Rows of the series that lie in the window, its edges included. */
  readonly samples: number
  readonly exactStart: boolean
  readonly exactEnd: boolean
  /** By how much the time between the exact edges may be wrong for what the clocks say, in ns. */
  readonly uncertainty: number
  /** By slot. */
  readonly #columns: Float64Array[] = []

  /** `period` (ns) is needed for a series with covered time. */
  constructor(ring: Ring, query: Query, period = 0) {
    const { from, to } = query
    const rows = new Rows(ring, query.now, period)
    const start = known(ring, query.start)
    const end = known(ring, query.end)
    const inside = rows.firstAfter(from)
    const beyond = Math.max(inside, rows.firstFrom(to))

    const hasStart = start !== undefined || (inside > 0 && (inside < rows.count || rows.timeAt(inside - 1) === from))
    const hasEnd = end !== undefined || (beyond < rows.count && (beyond > 0 || rows.timeAt(beyond) === to))
    const first = hasStart ? 1 : 0
    const count = first + beyond - inside + (hasEnd ? 1 : 0)
    this.count = count < 2 ? 0 : count
    this.samples = Math.max(0, ring.firstAfter(to) - ring.firstFrom(from))
    this.exactStart = start !== undefined
    this.exactEnd = end !== undefined
    this.uncertainty = (start?.[Slot.uncertainty] ?? 0) + (end?.[Slot.uncertainty] ?? 0)
    if (this.count === 0) return

    for (const slot of ring.slots) {
      const column = new Float64Array(count)
      rows.copy(slot, inside, beyond, column, first)
      if (hasStart) column[0] = start?.[slot] ?? rows.valueBetween(inside, slot, from)
      if (hasEnd) column[count - 1] = end?.[slot] ?? rows.valueBetween(beyond, slot, to)
      this.#columns[slot] = column
    }
    this.#coverExactEdges(period)
  }

  /** The values of one slot at all points. Only when `count` is not 0. */
  column(slot: number): Float64Array {
    return this.#columns[slot]!
  }

  /**
   * What a counter went up by between two points, or over the whole line. Never negative: the sampler's cost is taken off
   * by another clock than the CPU's.
   */
  used(slot: number, left = 0, right = this.count - 1): number {
    const column = this.column(slot)
    return Math.max(0, column[right]! - column[left]!)
  }

  get duration(): number {
    return this.used(Slot.time)
  }

  /** An exact edge counts as a sample: it covers the time to its neighbour as a sample would. */
  #coverExactEdges(period: number): void {
    const covered = this.#columns[Slot.covered]
    if (covered === undefined) return
    const time = this.column(Slot.time)
    const last = this.count - 1
    const part = (left: number) => coveredPart(time[left + 1]! - time[left]!, period)
    if (this.exactStart) covered[0] = this.exactEnd && last === 1 ? 0 : covered[1]! - part(0)
    if (this.exactEnd) covered[last] = covered[last - 1]! + part(last - 1)
  }
}

/** The rows of a ring, followed by a reading of the present. */
class Rows {
  readonly count: number
  readonly #ring: Ring
  readonly #now: Edge | undefined
  readonly #nowCovered: number = 0

  constructor(ring: Ring, reading: Edge | undefined, period: number) {
    const present = known(ring, reading)
    const newer = present !== undefined && present[Slot.time]! > ring.newestTime
    this.#ring = ring
    this.#now = newer ? present : undefined
    this.count = ring.count + (newer ? 1 : 0)
    if (newer && ring.count > 0 && ring.slots.includes(Slot.covered)) {
      const before = ring.valueAt(ring.count - 1, Slot.covered)
      this.#nowCovered = before + coveredPart(present[Slot.time]! - ring.newestTime, period)
    }
  }

  timeAt(row: number): number {
    return this.#valueAt(row, Slot.time)
  }

  firstFrom(time: number): number {
    const row = this.#ring.firstFrom(time)
    return row < this.count && this.timeAt(row) < time ? this.count : row
  }

  firstAfter(time: number): number {
    const row = this.#ring.firstAfter(time)
    return row < this.count && this.timeAt(row) <= time ? this.count : row
  }

  copy(slot: number, first: number, end: number, target: Float64Array, offset: number): void {
    const recorded = Math.min(end, this.#ring.count)
    this.#ring.copy(slot, first, recorded, target, offset)
    if (end > recorded) target[offset + recorded - first] = this.#valueAt(recorded, slot)
  }

  /** The value at `time`, which lies in the piece that ends with row `right`, or on one of its ends. */
  valueBetween(right: number, slot: number, time: number): number {
    if (slot === Slot.time) return time
    if (right === this.count || right === 0) return this.#valueAt(Math.max(0, right - 1), slot)
    const [leftTime, rightTime] = [this.timeAt(right - 1), this.timeAt(right)]
    const [left, value] = [this.#valueAt(right - 1, slot), this.#valueAt(right, slot)]
    // Covered time does not grow evenly: across a gap the row on the right vouches for the last piece only.
    if (slot === Slot.covered) return value - Math.min(rightTime - time, value - left)
    return left + Math.round(((time - leftTime) / (rightTime - leftTime)) * (value - left))
  }

  #valueAt(row: number, slot: number): number {
    if (row < this.#ring.count) return this.#ring.valueAt(row, slot)
    return slot === Slot.covered ? this.#nowCovered : this.#now![slot]!
  }
}

function known(ring: Ring, reading: Edge | undefined): Edge | undefined {
  return reading !== undefined && ring.knows(reading) ? reading : undefined
}
