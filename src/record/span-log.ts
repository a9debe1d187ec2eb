import { type AttributeRules, exceedsMemory, isCpuBound } from '../otel/attributes.js'
import { addSpanCostListener, removeSpanCostListener, type SpanCostListener } from '../otel/span-costs.js'
import { explicitAge, hasExplicitEnd, type StartedSpan, toMs } from '../otel/span-window.js'
import { attributesText } from './attributes-text.js'
import { type Cost, costOf, roundMs } from './costs.js'
import type { EndedSpans } from './ended-spans.js'
import type { RecordedSpan } from './lines.js'

/** What is recorded of a span. Those of SDK 1.x have `parentSpanId` in place of the context. */
interface Span extends StartedSpan {
  readonly name: string
  readonly duration: readonly [number, number]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status?: { code: number }
  readonly parentSpanContext?: { spanId: string }
  readonly parentSpanId?: string
  spanContext(): { traceId: string; spanId: string; traceFlags: number }
}

interface Measured extends Cost {
  flags: number
}

const sampledFlag = 1
const statusError = 2
const errorFlag = 8

/**
 * A span processor that notes each sampled span when it ends. Its times are read here: those of the SDK are known to a
 * millisecond only, and by another clock than the samples. What a span cost comes from the processor that measures it,
 * which may stand before this one or after it.
 */
export class SpanLog {
  readonly #ended: EndedSpans
  readonly #rules: AttributeRules
  /** Undefined: attributes are not recorded. */
  readonly #ownKeys: ReadonlySet<string> | undefined
  /** When each span began, and whether that time was given. */
  readonly #started = new WeakMap<object, { startMs: number; given: boolean }>()
  #lastEnded: { span: object; recorded: RecordedSpan } | undefined
  #lastMeasured: { span: object; cost: Measured } | undefined

  constructor(ended: EndedSpans, rules: AttributeRules, attributes: boolean) {
    this.#ended = ended
    this.#rules = rules
    this.#ownKeys = attributes ? new Set(Object.values(rules.keys)) : undefined
    addSpanCostListener(this.#onCost)
  }

  onStart(span: Span): void {
    try {
      if ((span.spanContext().traceFlags & sampledFlag) === 0) return
      const ageMs = explicitAge(span)
      this.#started.set(span, { startMs: performance.now() - (ageMs ?? 0), given: ageMs !== undefined })
    } catch {
      // The processor that measures spans warns of those of another kind.
    }
  }

  onEnd(span: Span): void {
    const started = this.#started.get(span)
    if (started === undefined) return
    try {
      const recorded = this.#record(span, started.startMs, started.given)
      this.#lastEnded = { span, recorded }
      this.#ended.add(recorded)
    } catch {}
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** The recording goes on: other providers may be at work. */
  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  stop(): void {
    removeSpanCostListener(this.#onCost)
  }

  readonly #onCost: SpanCostListener = (_name, stats, share, span) => {
    const bits = [isCpuBound(stats, share, this.#rules), exceedsMemory(stats, this.#rules), share.shared]
    const flags = bits.reduce((flags, bit, i) => flags | (bit ? 1 << i : 0), 0)
    const cost = { ...costOf(stats, share.own), flags }
    if (this.#lastEnded?.span === span) merge(this.#lastEnded.recorded, cost)
    else this.#lastMeasured = { span, cost }
  }

  #record(span: Span, startMs: number, given: boolean): RecordedSpan {
    const { traceId, spanId } = span.spanContext()
    const seenMs = performance.now() - startMs
    const durationMs = given || hasExplicitEnd(span.duration, seenMs) ? toMs(span.duration) : seenMs
    const flags = span.status?.code === statusError ? errorFlag : 0
    const times = { startMs: roundMs(startMs), durationMs: roundMs(durationMs) }
    const recorded: RecordedSpan = { name: String(span.name), ...times, traceId, spanId, flags }
    const parent = span.parentSpanContext?.spanId ?? span.parentSpanId
    if (parent !== undefined) recorded.parentSpanId = parent
    if (this.#lastMeasured?.span === span) merge(recorded, this.#lastMeasured.cost)
    this.#lastMeasured = undefined
    const attributes = this.#ownKeys && attributesText(span.attributes, this.#ownKeys)
    if (attributes !== undefined) recorded.attributes = attributes
    return recorded
  }
}

function merge(recorded: RecordedSpan, cost: Measured): void {
  Object.assign(recorded, cost, { flags: recorded.flags | cost.flags })
}
