import { type CpuClock, impossible, percent } from './cpu-clock.js'
import { Slot } from './layout.js'
import { cut } from './pieces.js'
import type { Points } from './points.js'
import type { Ring } from './ring.js'
import { widenedAverage } from './widen.js'

/**
 * What a CPU clock shows of a line, and of the pieces of it that are long enough for a rate; in % of one core. The
 * line is not empty; the ring is the one that it was taken from.
 */
export class Rates {
  /** What was used over the whole line, in ns. */
  readonly used: number
  readonly avg: number
  readonly min: number
  readonly max: number
  /** The points between which the pieces lie. */
  readonly bounds: readonly number[]
  /** Of each piece, with its length in ns. */
  readonly #percents: Float64Array
  readonly #weights: Float64Array
  readonly #total: number

  constructor(points: Points, slot: number, clock: CpuClock, ring: Ring) {
    const bounds = cut(points, slot, clock)
    const count = bounds.length - 1
    const { used, avg } = total(points, slot, clock, ring)
    this.used = used
    this.avg = avg
    this.bounds = bounds
    this.#total = points.duration
    this.#weights = new Float64Array(count)
    this.#percents = new Float64Array(count).fill(avg)
    let min = avg
    let max = avg
    for (let i = 0; i < count; i++) {
      const [left, right] = [bounds[i]!, bounds[i + 1]!]
      const length = points.used(Slot.time, left, right)
      if (count > 1) this.#percents[i] = percent(points.used(slot, left, right), length, clock)
      this.#weights[i] = length
      min = Math.min(min, this.#percents[i]!)
      max = Math.max(max, this.#percents[i]!)
    }
    this.min = min
    this.max = max
  }

  /** Of one piece; only before a quantile was asked for. */
  of(piece: number): number {
    return this.#percents[piece]!
  }

  /**
   * The rate that is not exceeded for the given share (0..1) of the time. Selects instead of sorting, which would take
   * several times as long. Reorders the pieces. Weights are whole numbers, so the order in which they are summed up
   * does not matter.
   */
  quantile(share: number): number {
    const target = share * this.#total
    let low = 0
    let high = this.#percents.length
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

function total(points: Points, slot: number, clock: CpuClock, ring: Ring): { used: number; avg: number } {
  const { duration, uncertainty } = points
  const used = points.used(slot)
  if (!impossible(used, duration, clock)) return { used, avg: percent(used, duration, clock) }
  const isUncertain = !impossible(used, duration + uncertainty, clock)
  const avg = isUncertain ? percent(used, duration, clock) : widenedAverage(points, slot, clock, ring)
  return { used: (avg / 100) * duration, avg }
}
