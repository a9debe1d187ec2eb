import type { MonitorHealth } from '../../health.js'
import type { ResourceStats, SampleColumns } from '../../types.js'
import type { Backend, BackendHealth, BackendOptions, Edge, EssentialStats } from '../backend.js'
import { toMs, toNs } from './clock.js'
import { sampleColumns } from './columns.js'
import { clocks } from './cpu-clock.js'
import { History } from './history.js'
import { EDGE_LENGTH, Slot } from './layout.js'
import { NodeReader } from './node-reader.js'
import type { Query } from './points.js'
import { Sampler } from './sampler.js'
import { windowStats } from './window.js'

/**
 * The sampler without a binary: a timer on the JavaScript thread and what Node.js reports of the process. It answers as
 * the native one does, but is blind while the loop is blocked, reports the CPU of the process only over times long enough for its
 * clock, and its cost falls on the thread that it measures.
 */
export function createJsBackend(options: BackendOptions): Backend {
  return new JsBackend(options)
}

class JsBackend implements Backend {
  readonly kind = 'js'
  readonly edgeLength = EDGE_LENGTH
  readonly #wantedPeriodMs: number
  readonly #history: History
  readonly #reader: NodeReader
  readonly #sampler: Sampler
  readonly #spans = new Map<number, { edge: Edge; run: number }>()
  #lastSpan = 0
  /** Grows with each stop: a span of an earlier run has nothing to release any more. */
  #run = 0

  constructor(options: BackendOptions) {
    this.#wantedPeriodMs = options.periodMs
    const period = toNs(timerPeriod(options.periodMs))
    this.#reader = new NodeReader(options.sources, period)
    const { thread, memory, faults } = this.#reader
    this.#history = new History({ period, length: toNs(options.historyMs) }, { thread, memory, usage: faults })
    this.#sampler = new Sampler(this.#history, this.#reader, options.whenIdle === 'sample')
  }

  start(): void {
    this.#history.allocate()
    this.#sampler.start()
  }

  stop(): void {
    this.#run++
    this.#sampler.stop()
  }

  close(): void {
    this.stop()
    this.#history.free()
  }

  mark(edge: Edge): void {
    this.#sampler.watch()
    this.#sampler.read(edge)
  }

  release(): void {
    this.#sampler.unwatch()
  }

  openSpan(): number {
    const edge = new Float64Array(EDGE_LENGTH)
    this.mark(edge)
    this.#spans.set(++this.#lastSpan, { edge, run: this.#run })
    return this.#lastSpan
  }

  closeSpan(span: number): ResourceStats | undefined {
    const open = this.#spans.get(span)
    if (open === undefined) return undefined
    const end = new Float64Array(EDGE_LENGTH)
    this.read(end)
    this.dropSpan(span)
    return this.since(open.edge, end)
  }

  closeSpanEssentials(span: number): EssentialStats | undefined {
    return this.closeSpan(span)
  }

  dropSpan(span: number): void {
    const open = this.#spans.get(span)
    this.#spans.delete(span)
    if (open?.run === this.#run) this.release()
  }

  read(edge: Edge): void {
    this.#sampler.read(edge)
  }

  timeOf(edge: Edge): number {
    return toMs(edge[Slot.time]!)
  }

  since(start: Edge, end: Edge): ResourceStats {
    return windowStats(this.#history, { from: start[Slot.time]!, to: end[Slot.time]!, start, end }, clocks())
  }

  between(startMs: number, endMs: number): ResourceStats {
    return windowStats(this.#history, this.#complete(toNs(startMs), toNs(endMs)), clocks())
  }

  samples(startMs: number, endMs: number, maxPoints: number): SampleColumns {
    return sampleColumns(this.#history, { from: toNs(startMs), to: toNs(endMs) }, maxPoints, clocks())
  }

  health(): BackendHealth {
    const { lateness } = this.#sampler
    return {
      state: this.#sampler.state,
      periodMs: toMs(this.#history.period),
      periodReason: toMs(this.#history.period) === this.#wantedPeriodMs ? 'wanted' : 'timer',
      historyMs: toMs(this.#history.length),
      samples: this.#sampler.samples,
      missedTicks: { throttled: 0, stopped: 0, suspended: 0, starved: 0, imprecise: 0, unknown: this.#sampler.missed },
      maxGapMs: toMs(this.#sampler.longestGap),
      lateness: {
        p50: toMs(lateness.quantile(0.5)),
        p99: toMs(lateness.quantile(0.99)),
        max: toMs(lateness.max),
      },
      cpuTimeMs: toMs(this.#sampler.ownCost),
      memoryBytes: this.#history.memoryBytes,
      // Only what was asked for is there.
      sources: this.#reader.health() as MonitorHealth['sources'],
    }
  }

  /** A window that reaches beyond the newest sample ends with what the counters say now. */
  #complete(from: number, to: number): Query {
    if (!this.#sampler.running || to <= this.#history.process.newestTime) return { from, to }
    const present = new Float64Array(EDGE_LENGTH)
    this.#sampler.read(present)
    return { from, to, now: present }
  }
}

/** `setInterval` takes whole milliseconds, at least 1. */
function timerPeriod(wantedMs: number): number {
  return Math.max(1, Math.round(wantedMs))
}
