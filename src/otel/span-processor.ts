import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { announcesTurns } from '../attribution/host.js'
import { createMonitor } from '../create-monitor.js'
import type { EssentialStats, Monitor } from '../monitor.js'
import { isSdkSpan } from '../sdk/span-kind.js'
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
import { ownWithin } from './own-within.js'
import { publishSpanCost } from './span-costs.js'
import {
  ExplicitWindow,
  explicitAge,
  type GivenWindow,
  type HrTime,
  hasExplicitEnd,
  windowUntil,
} from './span-window.js'

/** What the processor needs of a span. The spans of every OpenTelemetry SDK have it. */
export interface ProcessedSpan {
  readonly name: string
  spanContext(): { traceFlags: number }
  readonly startTime: HrTime
  readonly duration: HrTime
  readonly endTime?: HrTime
  readonly attributes: object
}

export interface WritableSpan extends ProcessedSpan, AttributeTarget {}

type Write<Stats> = (target: AttributeTarget, stats: Stats, share: SpanShare, rules: ProcessorRules) => void

const sampledFlag = 1
const { sections } = attribution

/** A processor that becomes garbage without shutdown(), with its provider, must not leave its hooks behind. */
const forgotten = new FinalizationRegistry<undefined>(() => attribution.release())

/** What is kept for a span from its beginning to its end. */
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
  /** The span that `onEnding` has just written to: its `onEnd` comes next and has nothing to add. */
  #writtenInOnEnding: ProcessedSpan | undefined
  #running = true
  #kindKnown = false
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option, and what `monitor.start()` throws. */
  constructor(options: ResourceSpanProcessorOptions = {}) {
    this.#rules = checkProcessorOptions(options)
    this.#ownsMonitor = options.monitor === undefined
    this.#monitor = (options.monitor ?? createMonitor(monitorOptionsFor(this.#rules.detail))) as Monitor
    this.#monitor.start()
    this.#attribution = announcesTurns && this.#rules.attribution && this.#monitor.backend === 'native'
    if (!this.#attribution) return
    attribution.acquire()
    forgotten.register(this, undefined, this)
  }

  onStart(span: ProcessedSpan, parentContext: Context = ROOT_CONTEXT): void {
    const outer = sections.enterOwn()
    let window: OpenSpan['window'] = 0
    try {
      if (!this.#running || !this.#knowsKind(span)) return
      const spanContext = span.spanContext()
      if ((spanContext.traceFlags & sampledFlag) === 0) return
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
    this.#writtenInOnEnding = span
    this.#finish(span, span)
  }

  onEnd(span: ProcessedSpan): void {
    const isWritten = this.#writtenInOnEnding === span
    this.#writtenInOnEnding = undefined
    if (isWritten) return
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
    if (this.#attribution) attribution.release()
    forgotten.unregister(this)
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
    return Promise.resolve()
  }

  /** All spans of a provider are of one kind: of one that is not known none gets attributes, which is one warning. */
  #knowsKind(span: ProcessedSpan): boolean {
    if (this.#kindKnown) return true
    this.#kindKnown = isSdkSpan(span)
    if (this.#kindKnown) return true
    void this.shutdown()
    throw new Error(`they are of an unknown kind (${span.constructor?.name}), not of OpenTelemetry's SDK`)
  }

  /** 0 when too many spans are open. */
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
      if (typeof window !== 'number') {
        this.#finishGiven(span, target, local, window.close(this.#monitor, span.duration))
      } else if (this.#rules.detail === 'full') {
        this.#finishMeasured(span, target, local, this.#monitor.closeSpan(window), writeAttributes)
      } else {
        this.#finishMeasured(span, target, local, this.#monitor.closeSpanEssentials(window), writeEssentials)
      }
    } catch (error) {
      this.#warn(error)
    } finally {
      sections.leaveOwn(outer)
    }
  }

  /** `measured`: what happened from the beginning of the span until now. */
  #finishMeasured<Stats extends EssentialStats>(
    span: ProcessedSpan,
    target: AttributeTarget,
    local: LocalSpan,
    measured: Stats | undefined,
    write: Write<Stats | ResourceStats>,
  ): void {
    if (measured === undefined) return
    if (hasExplicitEnd(span.duration, measured.durationMs)) {
      this.#finishGiven(span, target, local, windowUntil(this.#monitor, measured.durationMs, span))
      return
    }
    const share = this.#attribution ? local : { shared: local.shared }
    reportCost(span, measured, share, local)
    if (this.#isWanted(measured, share)) write(target, measured, share, this.#rules)
  }

  #finishGiven(span: ProcessedSpan, target: AttributeTarget, local: LocalSpan, given: GivenWindow): void {
    const { stats } = given
    const { own, shared } = local
    const counts = this.#attribution && own !== undefined
    const share = { own: counts ? ownWithin(this.#monitor, own, given) : undefined, shared }
    reportCost(span, stats, share, local)
    if (this.#isWanted(stats, share)) writeAttributes(target, stats, share, this.#rules)
  }

  #isWanted(stats: EssentialStats, share: SpanShare): boolean {
    const { when, minDurationMs } = this.#rules
    const longEnough = stats.durationMs >= minDurationMs
    if (when === 'always') return longEnough
    if (minDurationMs > 0 && longEnough) return true
    return isCpuBound(stats, share, this.#rules) || exceedsMemory(stats, this.#rules)
  }

  /** Warns once: a fault that repeats with each span must not flood the log. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    warn('spans go without resource attributes:', error)
  }
}

/** Publishes the cost of a span once, however many processors measure it. */
function reportCost(span: ProcessedSpan, stats: EssentialStats, share: SpanShare, local: LocalSpan): void {
  if (local.costReported) return
  local.costReported = true
  publishSpanCost(span.name, stats, share, span)
}
