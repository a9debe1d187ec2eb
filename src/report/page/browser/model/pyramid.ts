/** A series of numbers over time, with extremes where it was thinned. */
export interface Series {
  time: Float64Array
  min: ArrayLike<number>
  avg: ArrayLike<number>
  max: ArrayLike<number>
}

/** Whether a value is of the time until its own, or holds from its own until the next. */
export type Holds = 'before' | 'after'

/** A level of the pyramid. */
interface Level extends Series {
  /** How long the values of a point held in all, in ms; where they are not known, they do not count. */
  weight: Float64Array
}

/** What to draw of it: NaN where nothing is known. */
export interface Points {
  time: number[]
  min: number[]
  avg: number[]
  max: number[]
}

const fold = 4

/** What holds for no time at all counts as this, in ms, so that it is known. */
const shortest = 1e-9

/**
 * A series at ever coarser grain, each level a quarter of the one below, so that a view of any width is drawn of few
 * points and no extreme is lost. Averages are weighted by time.
 */
export class Pyramid {
  readonly levels: [Level, ...Level[]]
  readonly #holds: Holds

  constructor(series: Series, holds: Holds) {
    this.#holds = holds
    let top: Level = { ...series, weight: weightsOf(series, holds) }
    this.levels = [top]
    while (top.time.length > fold) {
      top = folded(top)
      this.levels.push(top)
    }
  }

  get length(): number {
    return this.levels[0].time.length
  }

  /** The points of a range, of the coarsest level that has at least so many in it, and one more at either end. */
  slice(from: number, to: number, points: number): Points {
    let level = this.levels[0]
    for (const coarser of this.levels) {
      if (countIn(coarser.time, from, to) < points && coarser !== level) break
      level = coarser
    }
    const first = Math.max(0, lowerBound(level.time, from) - 1)
    const end = Math.min(level.time.length, lowerBound(level.time, to) + 2)
    const cut = (values: ArrayLike<number>) => Array.prototype.slice.call(values, first, end) as number[]
    return { time: cut(level.time), min: cut(level.min), avg: cut(level.avg), max: cut(level.max) }
  }

  /** The extremes and the average of the values that held at some time of a range; NaN if there are none. */
  stats(from: number, to: number): { min: number; avg: number; max: number } {
    const total = emptySum()
    const { time } = this.levels[0]
    const before = this.#holds === 'before'
    let first = before ? lowerBound(time, from) : Math.max(0, this.indexAt(from))
    let end = before ? Math.min(this.length, lowerBound(time, to) + 1) : this.indexAt(to) + 1
    // At both ends by as much as is in the range, and in between as a whole.
    if (first < end) add(total, this.levels[0], first, this.#within(first++, from, to))
    if (first < end) add(total, this.levels[0], --end, this.#within(end, from, to))
    for (const level of this.levels) {
      const last = level === this.levels.at(-1)
      while (first < end && (last || first % fold !== 0)) add(total, level, first++)
      while (first < end && end % fold !== 0) add(total, level, --end)
      first /= fold
      end /= fold
    }
    const { min, max, sum, weight } = total
    return weight > 0 ? { min, avg: sum / weight, max } : { min: Number.NaN, avg: Number.NaN, max: Number.NaN }
  }

  /** The index of the value that holds at a moment; -1: none does. */
  indexAt(time: number): number {
    const { time: times } = this.levels[0]
    const at = lowerBound(times, time)
    if (this.#holds === 'before') return at < this.length ? at : -1
    return times[at] === time ? at : at - 1
  }

  /** How long a value held in a range, in ms. */
  #within(at: number, from: number, to: number): number {
    const { time, weight } = this.levels[0]
    const begin = this.#holds === 'before' ? time[at]! - weight[at]! : time[at]!
    return Math.max(0, Math.min(to, begin + weight[at]!) - Math.max(from, begin))
  }
}

/** How long each value held. Of the one at the end without a neighbour nothing is known but how long the next one did. */
function weightsOf({ time, avg }: Series, holds: Holds): Float64Array {
  const last = time.length - 1
  const weights = new Float64Array(time.length)
  for (let i = 0; i <= last; i++) {
    const before = holds === 'before' ? i > 0 : i === last
    const at = time[i]!
    const neighbour = last === 0 ? at + 1 : before ? time[i - 1]! : time[i + 1]!
    weights[i] = Number.isNaN(avg[i]) ? 0 : Math.max(shortest, Math.abs(at - neighbour))
  }
  return weights
}

function folded({ time, min, avg, max, weight }: Level): Level {
  const length = Math.ceil(time.length / fold)
  const next = {
    time: new Float64Array(length),
    min: new Float64Array(length).fill(Number.NaN),
    avg: new Float64Array(length).fill(Number.NaN),
    max: new Float64Array(length).fill(Number.NaN),
    weight: new Float64Array(length),
  }
  for (let i = 0, at = 0; i < length; i++) {
    const end = Math.min(at + fold, time.length)
    next.time[i] = time[end - 1]!
    // As `add()` does, in place: of millions of values a sum each would be too much.
    let [least, most, sum, held] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
    for (; at < end; at++) {
      const heldHere = weight[at]!
      if (heldHere === 0) continue
      if (min[at]! < least) least = min[at]!
      if (max[at]! > most) most = max[at]!
      sum += avg[at]! * heldHere
      held += heldHere
    }
    if (held === 0) continue
    next.weight[i] = held
    next.min[i] = least
    next.avg[i] = sum / held
    next.max[i] = most
  }
  return next
}

interface Sum {
  min: number
  max: number
  sum: number
  weight: number
}

function emptySum(): Sum {
  return { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, weight: 0 }
}

/** Adds a value to a sum, by how long it held. */
function add(total: Sum, { min, avg, max, weight }: Level, at: number, held = weight[at]!): void {
  if (held === 0) return
  total.min = Math.min(total.min, min[at]!)
  total.max = Math.max(total.max, max[at]!)
  total.sum += avg[at]! * held
  total.weight += held
}

function countIn(times: Float64Array, from: number, to: number): number {
  return lowerBound(times, to) - lowerBound(times, from)
}

/** The first index whose value is not below; the length if there is none. */
export function lowerBound(values: ArrayLike<number>, value: number, first = 0, end = values.length): number {
  let low = first
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
