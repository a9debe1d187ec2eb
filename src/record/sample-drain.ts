import type { ResourceMonitor, SampleColumns, SampleSeries } from '../types.js'
import { encodeColumn } from './columns.js'
import type { Extremes, HealthLine, SamplesLine, StepsLine } from './lines.js'

/** More than the fastest sampler takes between two drains, unless the event loop was blocked for minutes. */
const maxPoints = 100_000
const waitStepMs = 10
const throttledStepMs = 100
/** After so long without a drain, run delay is asked for in longer steps: each is a query. */
const maxSteps = 1000

/** What was sampled since it was last asked. The history is short, so somebody must ask all the time. */
export class SampleDrain {
  readonly #monitor: ResourceMonitor
  #sampledUntil: number
  #askedUntil: number
  #askedFactsAt: number

  constructor(monitor: ResourceMonitor, startMs: number) {
    this.#monitor = monitor
    this.#sampledUntil = this.#askedUntil = this.#askedFactsAt = startMs
  }

  /** Undefined when there is no new one. */
  samples(nowMs: number): SamplesLine | undefined {
    const startMs = this.#sampledUntil
    const columns = this.#monitor.samples(startMs, nowMs, maxPoints)
    const first = columns.timeMs.findIndex((time) => time > startMs)
    if (first < 0) return undefined
    this.#sampledUntil = columns.timeMs.at(-1)!
    return samplesLine(columns, first, startMs)
  }

  /** How long the thread waited for a CPU, and how long it was throttled, as far as whole steps are over. */
  steps(nowMs: number): StepsLine[] {
    const startMs = this.#askedUntil
    const stretch = Math.max(1, Math.ceil((nowMs - startMs) / (maxSteps * waitStepMs)))
    const stepMs = waitStepMs * stretch
    const perThrottled = Math.max(1, Math.round(throttledStepMs / stepMs))
    const count = Math.floor((nowMs - startMs) / stepMs / perThrottled) * perThrottled
    if (count === 0) return []
    const wait = new Float32Array(count)
    const throttled = new Float32Array(count / perThrottled)
    for (let i = 0; i < throttled.length; i++) {
      const from = i * perThrottled
      const { thread, cgroup } = this.#monitor.between(
        startMs + from * stepMs,
        startMs + (from + perThrottled) * stepMs,
      )
      throttled[i] = (100 * (cgroup?.throttledMs ?? Number.NaN)) / (stepMs * perThrottled)
      // Most of the time there was none in all of them, or it is not known.
      const parts = wait.subarray(from, from + perThrottled)
      if (thread?.waitMs) this.#readWait(parts, startMs + from * stepMs, stepMs)
      else parts.fill(thread?.waitMs ?? Number.NaN)
    }
    this.#askedUntil = startMs + count * stepMs
    return [
      ...stepsLine('wait', startMs, stepMs, wait),
      ...stepsLine('throttled', startMs, stepMs * perThrottled, throttled),
    ]
  }

  #readWait(percent: Float32Array, startMs: number, stepMs: number): void {
    for (let i = 0; i < percent.length; i++) {
      const from = startMs + i * stepMs
      percent[i] = (100 * (this.#monitor.between(from, from + stepMs).thread?.waitMs ?? Number.NaN)) / stepMs
    }
  }

  /** Coverage of the time since it was last asked, and the limits of the cgroup. */
  facts(nowMs: number): Pick<HealthLine, 'coverage' | 'cpuLimit' | 'memoryLimit'> {
    const { coverage, cgroup: { cpuLimit, memoryLimit } = {} } = this.#monitor.between(this.#askedFactsAt, nowMs)
    this.#askedFactsAt = nowMs
    return {
      coverage,
      ...(cpuLimit !== undefined && { cpuLimit }),
      ...(memoryLimit !== undefined && { memoryLimit }),
    }
  }
}

/** None where nothing of it is known. */
function stepsLine(kind: StepsLine['kind'], startMs: number, stepMs: number, percent: Float32Array): StepsLine[] {
  return percent.every(Number.isNaN) ? [] : [{ kind, startMs, stepMs, percent: encodeColumn(percent) }]
}

function samplesLine({ timeMs, cpu, thread, memory }: SampleColumns, first: number, startMs: number): SamplesLine {
  const time = encodeColumn(Float32Array.from(timeMs.subarray(first), (ms) => ms - startMs))
  const line: SamplesLine = { kind: 'samples', startMs, time, cpu: extremes(cpu, first) }
  if (thread !== undefined) line.thread = extremes(thread, first)
  if (memory !== undefined) line.memory = changes(timeMs, memory.avg, first, startMs)
  return line
}

function extremes(series: SampleSeries, first: number): Extremes {
  const column = (values: Float64Array) => encodeColumn(Float32Array.from(values.subarray(first)))
  const avg = column(series.avg)
  const folded = series.max.some((max, i) => max !== series.min[i])
  return folded ? { avg, min: column(series.min), max: column(series.max) } : { avg }
}

/** Memory is read more seldom than the CPU: only where it is another. */
function changes(timeMs: Float64Array, bytes: Float64Array, first: number, startMs: number) {
  const time: number[] = []
  const kilobytes: number[] = []
  for (let i = first; i < bytes.length; i++) {
    const value = Math.round(bytes[i]! / 1024)
    if (Number.isNaN(value)) continue
    if (i > first && i < bytes.length - 1 && value === kilobytes.at(-1)) continue
    time.push(timeMs[i]! - startMs)
    kilobytes.push(value)
  }
  return { time: encodeColumn(Float32Array.from(time)), kilobytes: encodeColumn(Float32Array.from(kilobytes)) }
}
