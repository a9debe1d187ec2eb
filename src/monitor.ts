import { announcesTurns } from './attribution/host.js'
import type { OwnTime } from './attribution/ledger.js'
import type { Backend, Edge, EssentialStats } from './backend/backend.js'
import { SpanmeterError } from './errors.js'
import type { MonitorHealth } from './health.js'
import { type CheckedOptions, checkMeasureOptions, number, show, wholeNumber } from './options.js'
import type { OpenProfile } from './profile/measured-profile.js'
import type { Mark, MeasureOptions, ResourceMonitor, ResourceStats, SampleColumns, WorkProfile } from './types.js'

export type { EssentialStats }

/** Makes a backend; `reason` says why it is not the native one. */
export type BackendFactory = (options: CheckedOptions) => { backend: Backend; reason?: string }

/**
 * The one implementation of `ResourceMonitor`: checks arguments and keeps the life cycle. The backend does the work.
 */
export class Monitor implements ResourceMonitor {
  readonly #options: CheckedOptions
  readonly #fallBack: BackendFactory
  #backend: Backend
  #reason: string | undefined
  #state: 'stopped' | 'running' | 'disposed' = 'stopped'
  /** Grows with each start. A mark of an earlier run has nothing to release. */
  #run = 0

  /** `fallBack` makes the backend in place of one that cannot start, if the user left the choice to us. */
  constructor(options: CheckedOptions, make: BackendFactory, fallBack: BackendFactory) {
    this.#options = options
    this.#fallBack = fallBack
    const made = make(options)
    this.#backend = made.backend
    this.#reason = made.reason
  }

  get backend(): 'native' | 'js' {
    return this.#backend.kind
  }

  start(): this {
    this.#refuseDisposed()
    if (this.#state === 'running') return this
    try {
      this.#backend.start()
    } catch (error) {
      if (this.#options.backend !== 'auto' || this.#backend.kind === 'js') throw error
      this.#backend.close()
      this.#backend = this.#fallBack(this.#options).backend
      this.#reason = (error as Error).message
      this.#backend.start()
    }
    this.#state = 'running'
    this.#run++
    return this
  }

  stop(): void {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    this.#backend.stop()
  }

  [Symbol.dispose](): void {
    if (this.#state === 'disposed') return
    this.stop()
    this.#state = 'disposed'
    this.#backend.close()
  }

  mark(): Mark {
    this.#refuseDisposed()
    this.#refuseStopped('mark()')
    const edge = new Float64Array(this.#backend.edgeLength)
    this.#backend.mark(edge)
    return new EdgeMark(this, this.#backend, this.#run, edge)
  }

  since(mark: Mark): ResourceStats {
    this.#refuseDisposed()
    if (!(mark instanceof EdgeMark)) {
      throw new TypeError(`mark must come from mark() of this monitor, got ${show(mark)}`)
    }
    const start = mark.edgeOf(this, this.#backend)
    const end = new Float64Array(this.#backend.edgeLength)
    this.#backend.read(end)
    const stats = this.#backend.since(start, end)
    mark.release()
    return stats
  }

  between(startMs: number, endMs: number): ResourceStats {
    this.#checkWindow(startMs, endMs)
    return this.#backend.between(startMs, endMs)
  }

  async measure<T>(
    work: () => T | Promise<T>,
    options: MeasureOptions = {},
  ): Promise<{ value: T; stats: ResourceStats; profile?: WorkProfile }> {
    if (typeof work !== 'function') throw new TypeError(`work must be a function, got ${show(work)}`)
    const { profile } = checkMeasureOptions(options)
    const attributed = announcesTurns && this.#options.attribution && this.backend === 'native'
    const open = profile && attributed ? this.#openProfile() : undefined
    try {
      const mark = this.mark()
      try {
        const { value, own } = attributed ? await attribute(work) : { value: await work() }
        const stats = this.since(mark)
        if (own) stats.self = selfStats(own, stats.durationMs)
        const taken = own && open?.end(own)
        return taken === undefined ? { value, stats } : { value, stats, profile: taken }
      } finally {
        mark.release()
      }
    } finally {
      open?.end()
    }
  }

  samples(startMs: number, endMs: number, maxPoints = 10_000): SampleColumns {
    this.#checkWindow(startMs, endMs)
    wholeNumber('maxPoints', maxPoints, 1, 1e7)
    return this.#backend.samples(startMs, endMs, maxPoints)
  }

  health(): MonitorHealth {
    this.#refuseDisposed()
    const reason = this.#reason === undefined ? {} : { backendReason: this.#reason }
    const wanted = { wantedPeriodMs: this.#options.periodMs }
    return { backend: this.backend, ...reason, ...wanted, ...this.#backend.health() }
  }

  /** What a span processor needs: a mark without an object of its own. See `Backend`. */
  openSpan(details: boolean): number {
    this.#refuseDisposed()
    this.#refuseStopped('a span')
    return this.#backend.openSpan(details)
  }

  closeSpan(span: number): ResourceStats | undefined {
    this.#refuseDisposed()
    return this.#backend.closeSpan(span)
  }

  closeSpanEssentials(span: number): EssentialStats | undefined {
    this.#refuseDisposed()
    return this.#backend.closeSpanEssentials(span)
  }

  dropSpan(span: number): void {
    if (this.#state !== 'disposed') this.#backend.dropSpan(span)
  }

  /** Releases a mark that was made in the given run. */
  releaseMark(run: number): void {
    if (this.#state === 'running' && this.#run === run) this.#backend.release()
  }

  #refuseDisposed(): void {
    if (this.#state === 'disposed') throw new SpanmeterError('DISPOSED', 'the monitor was disposed of')
  }

  #refuseStopped(what: string): void {
    if (this.#state === 'running') return
    throw new SpanmeterError('NOT_RUNNING', `the monitor is not running: call start() before ${what}`)
  }

  /** Loaded with the first: most work is measured without. */
  #openProfile(): OpenProfile | undefined {
    const profile = require('./profile/measured-profile.js') as typeof import('./profile/measured-profile.js')
    return profile.openProfile((startMs, endMs, maxPoints) => this.#backend.samples(startMs, endMs, maxPoints))
  }

  #checkWindow(startMs: number, endMs: number): void {
    this.#refuseDisposed()
    number('startMs', startMs, -Number.MAX_VALUE, Number.MAX_VALUE)
    number('endMs', endMs, -Number.MAX_VALUE, Number.MAX_VALUE)
    if (endMs < startMs) throw new RangeError(`endMs must not be before startMs (${startMs}), got ${endMs}`)
  }
}

/** Loaded with the first piece of work: most monitors are asked for none. */
function attribute<T>(work: () => T | Promise<T>): Promise<{ value: T; own?: OwnTime }> {
  const { runAttributed } = require('./attribution/measured-work.js') as typeof import('./attribution/measured-work.js')
  return runAttributed(work)
}

function selfStats({ selfMs, totalMs, othersMs }: OwnTime, durationMs: number): NonNullable<ResourceStats['self']> {
  return { timeMs: selfMs, avg: durationMs > 0 ? (100 * selfMs) / durationMs : 0, totalMs, othersMs }
}

class EdgeMark implements Mark {
  readonly #monitor: Monitor
  readonly #backend: Backend
  readonly #run: number
  readonly #edge: Edge
  #released = false

  constructor(monitor: Monitor, backend: Backend, run: number, edge: Edge) {
    this.#monitor = monitor
    this.#backend = backend
    this.#run = run
    this.#edge = edge
    forgottenMarks.register(this, { monitor: new WeakRef(monitor), run }, this)
  }

  get timeMs(): number {
    return this.#backend.timeOf(this.#edge)
  }

  edgeOf(monitor: Monitor, backend: Backend): Edge {
    if (monitor !== this.#monitor || backend !== this.#backend) {
      throw new TypeError('mark must come from mark() of this monitor, got a mark of another one')
    }
    return this.#edge
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    forgottenMarks.unregister(this)
    this.#monitor.releaseMark(this.#run)
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** A mark that became garbage must not keep the sampler awake for ever. */
const forgottenMarks = new FinalizationRegistry<{ monitor: WeakRef<Monitor>; run: number }>(({ monitor, run }) =>
  monitor.deref()?.releaseMark(run),
)
