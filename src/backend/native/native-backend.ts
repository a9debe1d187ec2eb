import { SpanmeterError } from '../../errors.js'
import type { SourceHealth } from '../../health.js'
import type { ResourceStats } from '../../types.js'
import type { Backend, BackendHealth, BackendOptions, Edge, EssentialStats } from '../backend.js'
import { type Binding, loadBinding, type MonitorId, type NativeHealth, type NativeSpans } from './binding.js'
import { edgeLayout, type SourceName, sourceLayout, statsLayout } from './layout.js'
import { ReusedStats, toResourceStats, toSampleColumns } from './native-stats.js'

const procFile: Record<SourceName, string> = {
  threads: '/proc/self/task',
  io: '/proc/self/io',
  network: '/proc/self/net/dev',
  cgroup: 'cpu.stat of the cgroup',
  memory: '/proc/self/statm',
  faults: 'getrusage',
  schedstat: '/proc/self/task/TID/schedstat',
}

/** The native sampler. Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
export function createNativeBackend(options: BackendOptions): Backend {
  return new NativeBackend(loadBinding(), options)
}

class NativeBackend implements Backend {
  readonly kind = 'native'
  readonly edgeLength = edgeLayout.length
  readonly #binding: Binding
  readonly #options: BackendOptions
  /** Closed with the last of the functions below, if not before: its demand on the sampler goes with whoever forgot it. */
  readonly #id: MonitorId
  readonly #stats = new Float64Array(statsLayout.length)
  readonly #spans: NativeSpans
  readonly #detailedSpans: NativeSpans
  readonly #essentials = new ReusedStats()

  constructor(binding: Binding, options: BackendOptions) {
    this.#binding = binding
    this.#options = options
    const wanted = sourceLayout.reduce((set, source, bit) => {
      return source === 'threads' || options.sources.includes(source) ? set | (1 << bit) : set
    }, 0)
    const { periodMs, historyMs, maxOverheadPercent, maxSpanOverheadPercent, whenIdle } = options
    const always = whenIdle === 'sample'
    this.#id = binding.open(periodMs, historyMs, wanted, maxOverheadPercent, maxSpanOverheadPercent, always)
    this.#spans = binding.spans(this.#id, false)
    this.#detailedSpans = binding.spans(this.#id, true)
  }

  start(): void {
    const problem = this.#binding.start(this.#id)
    if (problem === undefined) return
    throw new SpanmeterError('NATIVE_UNAVAILABLE', `the native sampler cannot start: ${problem}`)
  }

  stop(): void {
    this.#binding.stop(this.#id)
  }

  close(): void {
    this.#binding.close(this.#id)
  }

  mark(edge: Edge): void {
    this.#binding.mark(this.#id, edge)
  }

  release(): void {
    this.#binding.release(this.#id)
  }

  openSpan(details: boolean): number {
    return details ? this.#detailedSpans.open() : this.#spans.open()
  }

  closeSpan(span: number): ResourceStats | undefined {
    return this.#detailedSpans.close(span) ? toResourceStats(this.#detailedSpans.stats) : undefined
  }

  closeSpanEssentials(span: number): EssentialStats | undefined {
    return this.#spans.close(span) ? this.#essentials.fill(this.#spans.stats) : undefined
  }

  dropSpan(span: number): void {
    this.#spans.drop(span)
  }

  read(edge: Edge): void {
    this.#binding.read(this.#id, edge)
  }

  timeOf(edge: Edge): number {
    return edge[0]!
  }

  since(start: Edge, end: Edge) {
    this.#binding.since(this.#id, start, end, this.#stats)
    return toResourceStats(this.#stats)
  }

  between(startMs: number, endMs: number) {
    this.#binding.between(this.#id, startMs, endMs, this.#stats)
    return toResourceStats(this.#stats)
  }

  samples(startMs: number, endMs: number, maxPoints: number) {
    return toSampleColumns(this.#binding.samples(this.#id, startMs, endMs, maxPoints))
  }

  #periodReason({ periodMs, askedPeriodMs }: NativeHealth): BackendHealth['periodReason'] {
    // Periods are whole nanoseconds on the native side.
    const same = (a: number, b: number) => Math.abs(a - b) < 1e-5
    if (!same(periodMs, askedPeriodMs)) return 'budget'
    return same(periodMs, this.#options.periodMs) ? 'wanted' : 'shared'
  }

  health(): BackendHealth {
    const native = this.#binding.health(this.#id)
    const sources = {} as BackendHealth['sources']
    for (const name of sourceLayout) {
      if (name === 'threads' || this.#options.sources.includes(name)) sources[name] = sourceHealth(name, native.errors)
    }
    return {
      state: native.state,
      periodMs: native.periodMs,
      periodReason: this.#periodReason(native),
      historyMs: native.historyMs,
      samples: native.samples,
      missedTicks: native.missedTicks,
      maxGapMs: native.maxGapMs,
      lateness: { p50: native.latenessP50Ms, p99: native.latenessP99Ms, max: native.latenessMaxMs },
      cpuTimeMs: native.cpuTimeMs,
      memoryBytes: native.memoryBytes,
      edges: {
        read: native.edgesRead,
        derived: native.edgesDerived,
        costMs: native.edgesCostMs,
        ownErrorMs: native.edgesBoundMs,
        othersErrorMs: native.periodMs,
      },
      sources,
    }
  }
}

function sourceHealth(name: SourceName, errors: Record<string, string>): SourceHealth {
  const error = errors[name]
  return error === undefined ? { available: true } : { available: false, reason: `${procFile[name]}: ${error}` }
}
