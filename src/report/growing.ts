import { decodeColumn } from '../record/columns.js'
import type { Extremes, PausesLine, SamplesLine, StepsLine } from '../record/lines.js'
import type { ReportProcess, ReportSeries, ReportSteps } from './data.js'

/** A column whose length is not known yet. */
export type Growing = number[]

export function append(column: Growing, values: Iterable<number>): void {
  for (const value of values) column.push(value)
}

/** The samples of a thread, line by line. `offsetMs` is to be added to the times of the lines. */
export class GrowingSamples {
  readonly #time: Growing = []
  readonly #cpu = new GrowingSeries()
  readonly #thread = new GrowingSeries()
  readonly #memory = { time: [] as Growing, bytes: [] as Growing }

  add({ startMs, time, cpu, thread, memory }: SamplesLine, offsetMs: number): void {
    const from = startMs + offsetMs
    const times = decodeColumn(time)
    const series = [cpu, thread].flatMap((all) => (all === undefined ? [] : [all.avg, all.min, all.max]))
    // Columns that are not as long as each other were written by nobody.
    if (series.some((column) => column !== undefined && decodeColumn(column).length !== times.length)) return
    append(
      this.#time,
      Float64Array.from(times, (ms) => ms + from),
    )
    this.#cpu.add(cpu, times.length)
    this.#thread.add(thread, times.length)
    if (memory === undefined) return
    const bytes = decodeColumn(memory.kilobytes)
    const moments = decodeColumn(memory.time)
    if (moments.length !== bytes.length) return
    append(
      this.#memory.time,
      Float64Array.from(moments, (ms) => ms + from),
    )
    append(
      this.#memory.bytes,
      Float64Array.from(bytes, (kilobytes) => kilobytes * 1024),
    )
  }

  finish(): Pick<ReportProcess, 'time' | 'cpu' | 'thread' | 'memory'> {
    const { time, bytes } = this.#memory
    return {
      time: Float64Array.from(this.#time),
      cpu: this.#cpu.finish(),
      thread: this.#thread.finish(),
      memory: { time: Float64Array.from(time), bytes: Float64Array.from(bytes) },
    }
  }
}

class GrowingSeries {
  readonly #min: Growing = []
  readonly #avg: Growing = []
  readonly #max: Growing = []

  /** Undefined where nothing is known of it. */
  add(series: Extremes | undefined, length: number): void {
    const avg = series === undefined ? new Float32Array(length).fill(Number.NaN) : decodeColumn(series.avg)
    append(this.#avg, avg)
    append(this.#min, series?.min === undefined ? avg : decodeColumn(series.min))
    append(this.#max, series?.max === undefined ? avg : decodeColumn(series.max))
  }

  finish(): ReportSeries {
    const [min, avg, max] = [this.#min, this.#avg, this.#max].map((column) => Float32Array.from(column))
    return { min: min!, avg: avg!, max: max! }
  }
}

/** Steps of run delay or throttling. */
export class GrowingSteps {
  readonly #time: Growing = []
  readonly #percent: Growing = []
  /** Of what is known: percent times ms, and ms. */
  #sum = 0
  #knownMs = 0
  /** What one step can hold, in %. */
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add({ startMs, stepMs, percent, mean = percent }: StepsLine, offsetMs: number): void {
    for (const [i, value] of decodeColumn(percent).entries()) {
      this.#time.push(startMs + offsetMs + (i + 1) * stepMs)
      this.#percent.push(value)
    }
    for (const value of decodeColumn(mean)) {
      if (Number.isNaN(value)) continue
      this.#sum += value * stepMs
      this.#knownMs += stepMs
    }
  }

  /** Undefined where nothing was recorded. */
  finish(): ReportSteps | undefined {
    if (this.#time.length === 0) return undefined
    // The kernel adds up a wait when it is over: it was in the steps before, too.
    for (let i = this.#percent.length - 1; i > 0; i--) {
      const excess = this.#percent[i]! - this.#most
      if (!(excess > 0)) continue
      this.#percent[i] = this.#most
      const before = (this.#time[i]! - this.#time[i - 1]!) / (this.#time[i - 1]! - (this.#time[i - 2] ?? 0) || 1)
      this.#percent[i - 1]! += excess * before
    }
    if (this.#percent[0]! > this.#most) this.#percent[0] = this.#most
    const mean = Math.min(this.#most, this.#sum / this.#knownMs)
    return { time: Float64Array.from(this.#time), percent: Float32Array.from(this.#percent), mean }
  }
}

/** Garbage collections, or blocks of the event loop. */
export class GrowingPauses {
  readonly #start: Growing = []
  readonly #duration: Growing = []
  readonly #types: string[] = []

  add({ start, duration, types = [] }: PausesLine, offsetMs: number): void {
    for (const [i, ms] of start.entries()) {
      const length = duration[i]
      // Of a damaged line.
      if (!Number.isFinite(ms) || length === undefined || !(length >= 0 && length < Number.POSITIVE_INFINITY)) continue
      this.#start.push(ms + offsetMs)
      this.#duration.push(length)
      this.#types.push(types[i] ?? '')
    }
  }

  finish(): ReportProcess['gc'] {
    return { start: Float64Array.from(this.#start), duration: Float32Array.from(this.#duration), kind: this.#types }
  }
}
