import { diag } from '@opentelemetry/api'
import type { EssentialStats } from '../backend/backend.js'
import { createMonitor } from '../create-monitor.js'
import type { Monitor } from '../monitor.js'
import type { MonitorOptions } from '../types.js'
import { type AttributeTarget, exceedsMemory, isCpuBound, writeAttributes, writeEssentials } from './attributes.js'
import { OpenSpans } from './open-spans.js'
import { checkProcessorOptions, type ProcessorRules, type ResourceSpanProcessorOptions } from './options.js'
import { ExplicitWindow, explicitAge, type HrTime, hasExplicitEnd, toMs } from './span-window.js'

/** What the processor needs of a span; those of every OpenTelemetry SDK have it. */
export interface ProcessedSpan {
  spanContext(): { traceFlags: number }
  readonly startTime: HrTime
  readonly duration: HrTime
  readonly attributes: object
}

export interface WritableSpan extends ProcessedSpan, AttributeTarget {}

const sampledFlag = 1

/** What a monitor of the processor's own reads: not more than its attributes tell. */
const ownSources = {
  default: { sources: ['memory', 'schedstat', 'cgroup'] },
  full: {},
} as const satisfies Record<string, MonitorOptions>

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
  readonly #open: OpenSpans<ProcessedSpan>
  readonly #explicit = new WeakMap<ProcessedSpan, ExplicitWindow>()
  /** The span that `onEnding` was just called for: its `onEnd` comes next and has nothing to add. */
  #told: ProcessedSpan | undefined
  #running = true
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option, and what `monitor.start()` throws. */
  constructor(options: ResourceSpanProcessorOptions = {}) {
    this.#rules = checkProcessorOptions(options)
    this.#ownsMonitor = options.monitor === undefined
    this.#monitor = (options.monitor ?? createMonitor(ownSources[this.#rules.detail])) as Monitor
    this.#monitor.start()
    const monitor = this.#monitor
    this.#open = new OpenSpans((mark) => monitor.dropSpan(mark))
  }

  onStart(span: ProcessedSpan, _parentContext?: unknown): void {
    try {
      if (!this.#running || (span.spanContext().traceFlags & sampledFlag) === 0) return
      const ageMs = explicitAge(span.startTime)
      if (ageMs !== undefined) {
        this.#explicit.set(span, new ExplicitWindow(this.#monitor, ageMs))
        return
      }
      const mark = this.#monitor.openSpan(this.#rules.detail === 'full')
      if (mark > 0) this.#open.add(span, mark)
      else this.#warn(new Error('too many are open'))
    } catch (error) {
      this.#warn(error)
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
    this.#running = false
    this.#open.close()
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
    return Promise.resolve()
  }

  #finish(span: ProcessedSpan, target: AttributeTarget): void {
    try {
      const mark = this.#running ? this.#open.take(span) : undefined
      if (mark === undefined) this.#finishExplicit(span, target)
      else if (this.#rules.detail === 'full') this.#tellDetails(span, target, mark)
      else this.#tellEssentials(span, target, mark)
    } catch (error) {
      this.#warn(error)
    }
  }

  #tellEssentials(span: ProcessedSpan, target: AttributeTarget, mark: number): void {
    const stats = this.#monitor.closeSpanEssentials(mark)
    if (stats === undefined) return
    const told = hasExplicitEnd(span.duration, stats.durationMs) ? this.#until(span, stats) : stats
    if (this.#isWanted(told)) writeEssentials(target, told, this.#rules)
  }

  #tellDetails(span: ProcessedSpan, target: AttributeTarget, mark: number): void {
    const stats = this.#monitor.closeSpan(mark)
    if (stats === undefined) return
    const told = hasExplicitEnd(span.duration, stats.durationMs) ? this.#until(span, stats) : stats
    if (this.#isWanted(told)) writeAttributes(target, told, this.#rules)
  }

  /** The window of a span that was open until now, but was given another end. */
  #until(span: ProcessedSpan, { durationMs }: EssentialStats) {
    const startMs = performance.now() - durationMs
    return this.#monitor.between(startMs, startMs + Math.max(0, toMs(span.duration)))
  }

  #finishExplicit(span: ProcessedSpan, target: AttributeTarget): void {
    const window = this.#explicit.get(span)
    if (window === undefined) return
    this.#explicit.delete(span)
    if (!this.#running) {
      window.release()
      return
    }
    const stats = window.close(this.#monitor, span.duration)
    if (this.#isWanted(stats)) writeAttributes(target, stats, this.#rules)
  }

  #isWanted(stats: EssentialStats): boolean {
    const { when, minDurationMs } = this.#rules
    const longEnough = stats.durationMs >= minDurationMs
    if (when === 'always') return longEnough
    return (minDurationMs > 0 && longEnough) || isCpuBound(stats, this.#rules) || exceedsMemory(stats, this.#rules)
  }

  /** Once: a fault that repeats with each span must not flood the log. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    diag.warn('spanmeter: spans go without resource attributes:', error)
  }
}
