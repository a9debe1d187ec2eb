import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { announcesTurns } from '../attribution/host.js'
import { createMonitor } from '../create-monitor.js'
import { isStackOverflow } from '../errors.js'
import type { EssentialStats, Monitor } from '../monitor.js'
import { isSdkSpan } from '../sdk/span-kind.js'
import { warn } from '../sdk/warn.js'
import type { Keeper, LocalSpan } from '../span-accounts/local-span.js'
import { attribution, beginLocalSpan, dropKept, localSpanOf, takeKept } from '../span-accounts/this-thread.js'
import type { ResourceStats } from '../types.js'
import { type AttributeTarget, isKnown, type SpanShare, writeAttributes, writeEssentials } from './attributes.js'
import { isMeasuredElsewhere, type Measuring, measuring, measuringOf } from './copies.js'
import type { ExceptionContext } from './exception-context.js'
import type { ExceptionKeys } from './names.js'
import {
  checkProcessorOptions,
  monitorOptionsFor,
  type ProcessorRules,
  type ResourceSpanProcessorOptions,
} from './options.js'
import { ownOfWindow, ownWithin, raiseToOwn } from './own-within.js'
import type { ProcessedSpan, WritableSpan } from './processed-span.js'
import { areCostsAwaited, reportCost } from './span-costs.js'
import { ExplicitWindow, explicitAge, type GivenWindow, hasExplicitEnd, windowUntil } from './span-window.js'
import { isWanted } from './wanted.js'

type Write<Stats> = (target: AttributeTarget, stats: Stats, share: SpanShare, rules: ProcessorRules) => void

const sampledFlag = 1
const { sections } = attribution

/** A processor that becomes garbage without shutdown(), with its provider, must not leave its hooks behind. */
const forgotten = new FinalizationRegistry<() => void>((release) => release())

/** What is kept for a span: the handle of `monitor.openSpan()`, or the window of one with a start of its own. */
type Window = number | ExplicitWindow

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
  readonly #keeper: Keeper = { drop: (window) => this.#drop(window as Window) }
  readonly #attribution: boolean
  readonly #exceptions: ExceptionContext | undefined
  /** Undoes what others would notice of it. */
  readonly #release: () => void
  /** The span that `onEnding` has just written to: its `onEnd` comes next and has nothing to add. */
  #writtenInOnEnding: ProcessedSpan | undefined
  #running = true
  #writes = true
  #kindKnown = false
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option, and what `monitor.start()` throws. */
  constructor(options: ResourceSpanProcessorOptions = {}) {
    this.#rules = checkProcessorOptions(options)
    const { monitor, detail } = this.#rules
    this.#ownsMonitor = monitor === undefined
    this.#monitor = monitor ?? (createMonitor(monitorOptionsFor(detail)) as Monitor)
    this.#monitor.start()
    this.#attribution = announcesTurns && this.#rules.attribution && this.#monitor.backend === 'native'
    const { exceptionKeys } = this.#rules
    const exceptions = exceptionKeys && contextOfExceptions(exceptionKeys, this.#monitor.backend === 'native')
    this.#exceptions = exceptions
    const attributed = this.#attribution
    if (attributed) attribution.acquire()
    this.#release = () => {
      if (attributed) attribution.release()
      exceptions?.stop()
    }
    forgotten.register(this, this.#release, this)
  }

  /** What other copies of this package see of it; undefined once it has stopped. */
  get [measuring](): Measuring | undefined {
    return this.#running ? measuringOf(this.#rules.keys.cpuSelf) : undefined
  }

  /**
   * Whether there is something for it to do beside these, before it is attached. Not where one of them writes the same
   * attributes: both would do the same work. Where that is of another copy of this package, which reports to nobody here, it
   * measures for those who want to know what spans cost, and writes nothing.
   */
  isNeededBeside(others: readonly object[]): boolean {
    const { cpuSelf } = this.#rules.keys
    const isSame = (other: object) => #running in other && other.#running && other.#rules.keys.cpuSelf === cpuSelf
    if (others.some(isSame)) return false
    this.#writes = !isMeasuredElsewhere(others, cpuSelf)
    return this.#writes || areCostsAwaited()
  }

  onStart(span: ProcessedSpan, parentContext: Context = ROOT_CONTEXT): void {
    try {
      this.#begin(span, parentContext)
    } catch {
      // There is no more stack.
    }
  }

  onEnding(span: WritableSpan): void {
    this.#writtenInOnEnding = span
    try {
      this.#finish(span, span)
    } catch {
      // As above.
    }
  }

  onEnd(span: ProcessedSpan): void {
    const isWritten = this.#writtenInOnEnding === span
    this.#writtenInOnEnding = undefined
    if (isWritten) return
    try {
      const attributes = span.attributes as Record<string, unknown>
      this.#finish(span, { setAttribute: (key, value) => (attributes[key] = value) })
    } catch {
      // As above.
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** Spans that end later get no attributes. A monitor that was passed in goes on running. */
  shutdown(): Promise<void> {
    if (!this.#running) return Promise.resolve()
    this.#running = false
    dropKept(this.#keeper)
    this.#release()
    forgotten.unregister(this)
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
    return Promise.resolve()
  }

  /** Throws nothing but for want of stack, as does the end of a span. */
  #begin(span: ProcessedSpan, parentContext: Context): void {
    const outer = sections.enterOwn()
    let window: Window = 0
    try {
      if (!this.#running || !this.#knowsKind(span)) return
      if ((span.spanContext().traceFlags & sampledFlag) === 0) return
      window = this.#openWindow(span)
      if (window === 0) throw new Error('too many are open')
      const local = beginLocalSpan(span, parentContext, this.#keeper, window)
      if (this.#writes) this.#exceptions?.follow(span, local)
    } catch (error) {
      if (window !== 0) this.#drop(window)
      this.#warn(error)
    } finally {
      sections.leaveOwn(outer)
    }
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
  #openWindow(span: ProcessedSpan): Window {
    const ageMs = explicitAge(span)
    if (ageMs !== undefined) return new ExplicitWindow(this.#monitor, ageMs)
    return this.#monitor.openSpan(this.#rules.detail === 'full')
  }

  #drop(window: Window): void {
    if (typeof window === 'number') this.#monitor.dropSpan(window)
    else window.release()
  }

  #finish(span: ProcessedSpan, target: AttributeTarget): void {
    const outer = sections.enterOwn()
    let window: Window | undefined
    try {
      const local = localSpanOf(span)
      if (local === undefined) return
      window = takeKept(local, this.#keeper) as Window | undefined
      if (window === undefined) return
      local.end()
      if (typeof window !== 'number') {
        this.#finishGiven(span, target, local, window.close(this.#monitor, span.duration))
      } else if (this.#rules.detail === 'full') {
        this.#finishMeasured(span, target, local, this.#monitor.closeSpan(window), writeAttributes)
      } else {
        this.#finishMeasured(span, target, local, this.#monitor.closeSpanEssentials(window), writeEssentials)
      }
    } catch (error) {
      if (window !== undefined) this.#drop(window)
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
    if (local.own !== undefined && isKnown(measured)) local.own = ownOfWindow(local.own, measured.cpu)
    const share = this.#attribution ? local : { shared: local.shared }
    reportCost(span, measured, share, local)
    if (this.#writes && isWanted(measured, share, this.#rules)) write(target, measured, share, this.#rules)
  }

  #finishGiven(span: ProcessedSpan, target: AttributeTarget, local: LocalSpan, given: GivenWindow): void {
    const { stats } = given
    const { own, shared } = local
    const counts = this.#attribution && own !== undefined
    const share = { own: counts ? ownWithin(this.#monitor, own, given) : undefined, shared }
    if (share.own !== undefined) raiseToOwn(stats, share.own)
    reportCost(span, stats, share, local)
    if (this.#writes && isWanted(stats, share, this.#rules)) writeAttributes(target, stats, share, this.#rules)
  }

  /** Warns once: a fault that repeats with each span must not flood the log. */
  #warn(error: unknown): void {
    if (this.#warned || isStackOverflow(error)) return
    this.#warned = true
    warn('spans go without resource attributes:', error)
  }
}

/** Loaded only where it is asked for. */
function contextOfExceptions(keys: ExceptionKeys, native: boolean): ExceptionContext {
  const { ExceptionContext } = require('./exception-context.js') as typeof import('./exception-context.js')
  return new ExceptionContext(keys, native)
}
