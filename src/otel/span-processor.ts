import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { announcesTurns } from '../attribution/host.js'
import { createMonitor } from '../create-monitor.js'
import type { EssentialStats, Monitor } from '../monitor.js'
import { warn } from '../sdk/warn.js'
import type { LocalSpan } from '../span-accounts/local-span.js'
import { attribution, beginLocalSpan, leaveLocalSpan } from '../span-accounts/this-thread.js'
import type { ResourceStats } from '../types.js'
import {
  type AttributeTarget,
  exceedsMemory,
  isCpuBound,
  type SpanShare,
  writeAttributes,
  writeEssentials,
} from './attributes.js'
import { OpenSpans } from './open-spans.js'
import {
  checkProcessorOptions,
  monitorOptionsFor,
  type ProcessorRules,
  type ResourceSpanProcessorOptions,
} from './options.js'
import { tellSpanCost } from './span-costs.js'
import { ExplicitWindow, explicitAge, type HrTime, hasExplicitEnd, toMs } from './span-window.js'

/** What the processor needs of a span; those of every OpenTelemetry SDK have it. */
export interface ProcessedSpan {
  readonly name: string
  spanContext(): { traceFlags: number }
  readonly startTime: HrTime
  readonly duration: HrTime
  readonly attributes: object
}

export interface WritableSpan extends ProcessedSpan, AttributeTarget {}

const sampledFlag = 1
const { sections } = attribution

/** One that was forgotten without shutdown(), with its provider, would keep its hooks for ever. */
const forgotten = new FinalizationRegistry<boolean>((totals) => attribution.release(totals))

/** What is kept of a span from its beginning to its end. */
interface OpenSpan {
  /** The handle of `monitor.openSpan()`, or the window of a span that was given a start of its own. */
  readonly window: number | ExplicitWindow
  readonly local: LocalSpan
}

/**
 * An OpenTelemetry span processor that writes onto each sampled span what it cost. Put it before the processor that
 * exports. Spans that are not sampled cost nothing, and nothing that goes wrong in here reaches the application.
 *
 * It writes in `onEnding`, when the span is still writable. Where the SDK has no such hook (before 2.3) it adds to the
 * attributes of the finished span in `onEnd`.
 */
export class ResourceSpanProcessor {
  readonly #rules: ProcessorRules
  readonly #monitor: Monitor
  readonly #ownsMonitor: boolean
  readonly #open = new OpenSpans<ProcessedSpan, OpenSpan>((open) => this.#drop(open))
  readonly #attribution: boolean
  /** The span that `onEnding` was just called for: its `onEnd` comes next and has nothing to add. */
  #told: ProcessedSpan | undefined
  #running = true
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option, and what `monitor.start()` throws. */
  constructor(options: ResourceSpanProcessorOptions = {}) {
    this.#rules = checkProcessorOptions(options)
    this.#ownsMonitor = options.monitor === undefined
    this.#monitor = (options.monitor ?? createMonitor(monitorOptionsFor(this.#rules.detail))) as Monitor
    this.#monitor.start()
    this.#attribution = announcesTurns && this.#rules.attribution && this.#monitor.backend === 'native'
    if (!this.#attribution) return
    attribution.acquire(this.#rules.detail === 'full')
    forgotten.register(this, this.#rules.detail === 'full', this)
  }

  onStart(span: ProcessedSpan, parentContext: Context = ROOT_CONTEXT): void {
    const outer = sections.enterOwn()
    let window: OpenSpan['window'] = 0
    try {
      const spanContext = span.spanContext()
      if (!this.#running || (spanContext.traceFlags & sampledFlag) === 0) return
      window = this.#openWindow(span)
      if (window === 0) throw new Error('too many are open')
      this.#open.add(span, { window, local: beginLocalSpan(spanContext, parentContext) })
    } catch (error) {
      if (window !== 0) this.#dropWindow(window)
      this.#warn(error)
    } finally {
      sections.leaveOwn(outer)
    }
  }

  onEnding(span: WritableSpan): void {
    this.#told = span
    this.#finish(span, span)
  }

  onEnd(span: ProcessedSpan): void {
    const told = this.#told === span
    this.#told = undefined
    if (told) return
    const attributes = span.attributes as Record<string, unknown>
    this.#finish(span, { setAttribute: (key, value) => (attributes[key] = value) })
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** Spans that end later get no attributes. A monitor that was passed in goes on running. */
  shutdown(): Promise<void> {
    if (!this.#running) return Promise.resolve()
    this.#running = false
    this.#open.close()
    if (this.#attribution) attribution.release(this.#rules.detail === 'full')
    forgotten.unregister(this)
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
    return Promise.resolve()
  }

  /** 0 when too many are open. */
  #openWindow(span: ProcessedSpan): OpenSpan['window'] {
    const ageMs = explicitAge(span)
    if (ageMs !== undefined) return new ExplicitWindow(this.#monitor, ageMs)
    return this.#monitor.openSpan(this.#rules.detail === 'full')
  }

  #drop({ window, local }: OpenSpan): void {
    this.#dropWindow(window)
    leaveLocalSpan(local)
  }

  #dropWindow(window: OpenSpan['window']): void {
    if (typeof window === 'number') this.#monitor.dropSpan(window)
    else window.release()
  }

  #finish(span: ProcessedSpan, target: AttributeTarget): void {
    const outer = sections.enterOwn()
    try {
      const open = this.#open.take(span)
      if (open === undefined) return
      const { window, local } = open
      local.end()
      if (typeof window !== 'number') this.#tellExplicit(span, target, window, local)
      else if (this.#rules.detail === 'full') this.#tellInFull(span, target, window, local)
      else this.#tellEssentials(span, target, window, local)
    } catch (error) {
      this.#warn(error)
    } finally {
      sections.leaveOwn(outer)
    }
  }

  #tellEssentials(span: ProcessedSpan, target: AttributeTarget, handle: number, local: LocalSpan): void {
    const stats = this.#monitor.closeSpanEssentials(handle)
    if (stats === undefined) return
    const endGiven = hasExplicitEnd(span.duration, stats.durationMs)
    const share = this.#shareOf(local, endGiven ? stats.durationMs : undefined)
    const told = endGiven ? this.#until(span, stats) : stats
    tellCost(span, told, share, local)
    if (this.#isWanted(told, share)) writeEssentials(target, told, share, this.#rules)
  }

  #tellInFull(span: ProcessedSpan, target: AttributeTarget, handle: number, local: LocalSpan): void {
    const stats = this.#monitor.closeSpan(handle)
    if (stats === undefined) return
    const endGiven = hasExplicitEnd(span.duration, stats.durationMs)
    const share = this.#shareOf(local, endGiven ? stats.durationMs : undefined)
    const told = endGiven ? this.#until(span, stats) : stats
    tellCost(span, told, share, local)
    this.#tell(target, told, share)
  }

  #tellExplicit(span: ProcessedSpan, target: AttributeTarget, window: ExplicitWindow, local: LocalSpan): void {
    const share = this.#shareOf(local, window.durationMs)
    const told = window.close(this.#monitor, span.duration)
    tellCost(span, told, share, local)
    this.#tell(target, told, share)
  }

  #tell(target: AttributeTarget, stats: ResourceStats, share: SpanShare): void {
    if (this.#isWanted(stats, share)) writeAttributes(target, stats, share, this.#rules)
  }

  /** What a span ran itself counts until it was ended, even if it was given another end: `openMs` later. */
  #shareOf(local: LocalSpan, openMs: number | undefined): SpanShare {
    if (!this.#attribution) return { shared: local.shared }
    return openMs === undefined ? local : { own: local.own, shared: local.shared, openMs }
  }

  /** The window of a span that was open until now, but was given another end. */
  #until(span: ProcessedSpan, { durationMs }: EssentialStats): ResourceStats {
    const startMs = performance.now() - durationMs
    return this.#monitor.between(startMs, startMs + Math.max(0, toMs(span.duration)))
  }

  #isWanted(stats: EssentialStats, share: SpanShare): boolean {
    const { when, minDurationMs } = this.#rules
    const longEnough = stats.durationMs >= minDurationMs
    if (when === 'always') return longEnough
    if (minDurationMs > 0 && longEnough) return true
    return isCpuBound(stats, share, this.#rules) || exceedsMemory(stats, this.#rules)
  }

  /** Once: a fault that repeats with each span must not flood the log. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    warn('spans go without resource attributes:', error)
  }
}

/** Once a span, however many processors measure it. */
function tellCost({ name }: ProcessedSpan, stats: EssentialStats, share: SpanShare, local: LocalSpan): void {
  if (local.costTold) return
  local.costTold = true
  tellSpanCost(name, stats, share)
}
