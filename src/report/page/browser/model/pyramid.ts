/** A series of numbers over time, with extremes where it was thinned. */
export interface Series {
  time: Float64Array
  min: ArrayLike<number>
  avg: ArrayLike<number>
  max: ArrayLike<number>
}

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

/**
 * A series at ever coarser grain, each level a quarter of the one below, so that a view of any width is drawn of few
 * points and no extreme is lost. Averages are weighted by time.
 */
export class Pyramid {
  readonly levels: [Level, ...Level[]]

  constructor(series: Series) {
    let top: Level = { ...series, weight: weightsOf(series) }
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

  /** The extremes and the average of the values whose time is in a range, exactly; NaN if there are none. */
  stats(from: number, to: number): { min: number; avg: number; max: number } {
    const total = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, weight: 0 }
    let first = lowerBound(this.levels[0].time, from)
    let end = lowerBound(this.levels[0].time, to)
    if (this.levels[0].time[end] === to) end++
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

  /** The index of the value that holds at a moment, if each holds from the one before it until its own time; or -1. */
  indexBefore(time: number): number {
    const at = lowerBound(this.levels[0].time, time)
    return at < this.length ? at : -1
  }

  /** The index of the last value that was read at a moment or before; -1: none was. */
  indexAfter(time: number): number {
    const at = lowerBound(this.levels[0].time, time)
    return this.levels[0].time[at] === time ? at : at - 1
  }
}

/** How long each value held: since the one before it. Of the first nothing is known but how long the others do. */
function weightsOf({ time, avg }: Series): Float64Array {
  return time.map((at, i) => {
    if (Number.isNaN(avg[i])) return 0
    const before = i > 0 ? at - time[i - 1]! : time.length > 1 ? time[1]! - at : 1
    return Math.max(1e-9, before)
  })
}

function folded(series: Level): Level {
  const length = Math.ceil(series.time.length / fold)
  const next = {
    time: new Float64Array(length),
    min: new Float64Array(length),
    avg: new Float64Array(length),
    max: new Float64Array(length),
    weight: new Float64Array(length),
  }
  for (let i = 0, at = 0; i < length; i++) {
    const end = Math.min(at + fold, series.time.length)
    const total = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, weight: 0 }
    for (; at < end; at++) add(total, series, at)
    const known = total.weight > 0
    next.weight[i] = total.weight
    next.time[i] = series.time[end - 1]!
    next.min[i] = known ? total.min : Number.NaN
    next.avg[i] = known ? total.sum / total.weight : Number.NaN
    next.max[i] = known ? total.max : Number.NaN
  }
  return next
}

/** Adds a value to a sum, by how long it held. */
function add(total: { min: number; max: number; sum: number; weight: number }, series: Level, at: number): void {
  const weight = series.weight[at]!
  if (weight === 0) return
  total.min = Math.min(total.min, series.min[at]!)
  total.max = Math.max(total.max, series.max[at]!)
  total.sum += series.avg[at]! * weight
  total.weight += weight
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
