import { diag } from '@opentelemetry/api'
import { createMonitor } from '../create-monitor.js'
import type { MonitorOptions, ResourceMonitor, ResourceStats } from '../types.js'
import { exceedsMemory, isCpuBound, type SpanAttributes, toAttributes } from './attributes.js'
import { checkProcessorOptions, type ProcessorRules, type ResourceSpanProcessorOptions } from './options.js'
import { type HrTime, SpanWindow } from './span-window.js'

/** What the processor needs of a span; those of every OpenTelemetry SDK have it. */
export interface ProcessedSpan {
  spanContext(): { traceFlags: number }
  readonly startTime: HrTime
  readonly duration: HrTime
  readonly attributes: object
}

export interface WritableSpan extends ProcessedSpan {
  setAttributes(attributes: Record<string, number | boolean>): unknown
}

const sampledFlag = 1

/** What a monitor of the processor's own reads: not more at each end of a span than its attributes tell. */
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
  readonly #monitor: ResourceMonitor
  readonly #ownsMonitor: boolean
  readonly #windows = new WeakMap<ProcessedSpan, SpanWindow>()
  #running = true
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option, and what `monitor.start()` throws. */
  constructor(options: ResourceSpanProcessorOptions = {}) {
    this.#rules = checkProcessorOptions(options)
    this.#ownsMonitor = options.monitor === undefined
    this.#monitor = (options.monitor ?? createMonitor(ownSources[this.#rules.detail])).start()
  }

  onStart(span: ProcessedSpan, _parentContext?: unknown): void {
    try {
      if (!this.#running || (span.spanContext().traceFlags & sampledFlag) === 0) return
      this.#windows.set(span, new SpanWindow(this.#monitor, span.startTime))
    } catch (error) {
      this.#warn(error)
    }
  }

  onEnding(span: WritableSpan): void {
    this.#finish(span, (attributes) => span.setAttributes(attributes))
  }

  onEnd(span: ProcessedSpan): void {
    this.#finish(span, (attributes) => Object.assign(span.attributes, attributes))
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** Spans that end later get no attributes. A monitor that was passed in goes on running. */
  shutdown(): Promise<void> {
    this.#running = false
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
    return Promise.resolve()
  }

  #finish(span: ProcessedSpan, write: (attributes: SpanAttributes) => unknown): void {
    const window = this.#windows.get(span)
    if (window === undefined) return
    this.#windows.delete(span)
    try {
      if (this.#running) {
        const stats = window.close(this.#monitor, span.duration)
        if (this.#isWanted(stats)) write(toAttributes(stats, this.#rules))
      } else {
        window.release()
      }
    } catch (error) {
      this.#warn(error)
    }
  }

  #isWanted(stats: ResourceStats): boolean {
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
