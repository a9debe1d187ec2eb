import { Stamp } from '../attribution/stamp.js'
import { performanceNow } from '../clock.js'
import { type AttributeRules, exceedsMemory, isCpuBound } from '../otel/attributes.js'
import { addSpanCostListener, removeSpanCostListener, type SpanCostListener } from '../otel/span-costs.js'
import { explicitAge, hasExplicitEnd, type StartedSpan, toMs } from '../otel/span-window.js'
import { newSpan, roundMs, writeCost } from './costs.js'
import type { EndedSpans } from './ended-spans.js'
import { keptAttributes } from './kept-attributes.js'
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

/** When a span began, on the span, and whether that time was given. */
class StartStamp extends Stamp {
  #startMs: number
  #given: boolean

  private constructor(span: object, startMs: number, given: boolean) {
    super(span)
    this.#startMs = startMs
    this.#given = given
  }

  static put(span: object, startMs: number, given: boolean): void {
    // Another recording of the thread may have put one there.
    if (!(#startMs in span)) new StartStamp(span, startMs, given)
  }

  /** Undefined for a span without a stamp. */
  static startOn(span: object): number | undefined {
    return #startMs in span ? span.#startMs : undefined
  }

  static isGiven(span: object): boolean {
    return #startMs in span && span.#given
  }
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
  /** A span of which one half is known: that it ended, or what it cost. */
  #last: { span: object; recorded: RecordedSpan } | undefined

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
      StartStamp.put(span, performanceNow() - (ageMs ?? 0), ageMs !== undefined)
    } catch {
      // The processor that measures spans warns of those of another kind.
    }
  }

  onEnd(span: Span): void {
    try {
      const startMs = StartStamp.startOn(span)
      if (startMs !== undefined) this.#ended.add(this.#describe(span, startMs))
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
    const recorded = this.#recordOf(span)
    writeCost(recorded, stats, share.own)
    if (isCpuBound(stats, share, this.#rules)) recorded.flags |= 1
    if (exceedsMemory(stats, this.#rules)) recorded.flags |= 2
    if (share.shared) recorded.flags |= 4
  }

  #describe(span: Span, startMs: number): RecordedSpan {
    const recorded = this.#recordOf(span)
    const { traceId, spanId } = span.spanContext()
    const seenMs = performanceNow() - startMs
    const isGiven = StartStamp.isGiven(span) || hasExplicitEnd(span.duration, seenMs)
    recorded.name = String(span.name)
    recorded.startMs = roundMs(startMs)
    recorded.durationMs = roundMs(isGiven ? toMs(span.duration) : seenMs)
    recorded.traceId = traceId
    recorded.spanId = spanId
    recorded.parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId
    if (span.status?.code === statusError) recorded.flags |= errorFlag
    if (this.#ownKeys !== undefined) recorded.attributes = keptAttributes(span.attributes, this.#ownKeys)
    return recorded
  }

  #recordOf(span: object): RecordedSpan {
    if (this.#last?.span === span) return this.#last.recorded
    const recorded = newSpan()
    this.#last = { span, recorded }
    return recorded
  }
}
