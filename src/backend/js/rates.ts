import { Slot } from './layout.js'
import type { Points } from './points.js'

/**
 * The slopes of a counter between neighbouring points, in % (100 = one second per second), each with the time it held.
 * Edges that were read off the grid may leave a piece too short to tell a rate; it is joined to its neighbour.
 */
export class Rates {
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  readonly #percents: Float64Array
  readonly #weights: Float64Array
  #count = 0
  /** ns */
  #total = 0

  constructor(points: Points, slot: number) {
    const last = points.count - 1
    this.#percents = new Float64Array(Math.max(0, last))
    this.#weights = new Float64Array(Math.max(0, last))
    if (last < 1) return
    const time = points.column(Slot.time)
    const value = points.column(slot)
    const length = (right: number) => time[right]! - time[right - 1]!
    // Joining is leaving out the point in between.
    const joinFirst = points.exactStart && last >= 2 && length(1) * 2 < length(2)
    const joinLast = points.exactEnd && last >= 2 && length(last) * 2 < length(last - 1)
    let left = 0
    for (let right = 1; right <= last; right++) {
      if (right === 1 && joinFirst) continue
      if (right === last - 1 && joinLast) continue
      this.#add(value[right]! - value[left]!, time[right]! - time[left]!)
      left = right
    }
  }

  get empty(): boolean {
    return this.#count === 0
  }

  #add(used: number, weight: number): void {
    if (weight <= 0) return
    const percent = Math.max(0, (100 * used) / weight)
    this.#percents[this.#count] = percent
    this.#weights[this.#count++] = weight
    this.#total += weight
    if (percent < this.min) this.min = percent
    if (percent > this.max) this.max = percent
  }

  /**
   * The rate that is not exceeded for the given share (0..1) of the time. Selects instead of sorting, which would take
   * several times as long. Reorders the pieces. Weights are whole numbers, so the order in which they are summed up
   * does not matter.
   */
  quantile(share: number): number {
    const target = share * this.#total
    let low = 0
    let high = this.#count
    let seen = 0 // weight of all pieces before `low`
    while (high - low > 1) {
      const pivot = this.#percents[low + Math.floor(Math.random() * (high - low))]!
      const { below, equal, smaller, same } = this.#partition(low, high, pivot)
      if (smaller > 0 && seen + below >= target) {
        high = smaller + low
      } else if (seen + below + equal >= target || low + smaller + same === high) {
        return pivot
      } else {
        seen += below + equal
        low += smaller + same
      }
    }
    return this.#percents[low]!
  }

  /** Puts `[low, high)` in the order: less than the pivot, equal to it, greater. Returns numbers and weights. */
  #partition(low: number, high: number, pivot: number) {
    let less = low
    let greater = high
    let below = 0
    let equal = 0
    for (let i = low; i < greater; ) {
      const percent = this.#percents[i]!
      if (percent < pivot) {
        below += this.#weights[i]!
        this.#swap(i++, less++)
      } else if (percent > pivot) {
        this.#swap(i, --greater)
      } else {
        equal += this.#weights[i++]!
      }
    }
    return { below, equal, smaller: less - low, same: greater - less }
  }

  #swap(a: number, b: number): void {
    const percent = this.#percents[a]!
    const weight = this.#weights[a]!
    this.#percents[a] = this.#percents[b]!
    this.#weights[a] = this.#weights[b]!
    this.#percents[b] = percent
    this.#weights[b] = weight
  }
}
