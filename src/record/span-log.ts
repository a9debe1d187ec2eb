import { Stamp } from '../attribution/stamp.js'
import { performanceNow } from '../clock.js'
import { type AttributeRules, exceedsMemory, isCpuBound } from '../otel/attributes.js'
import { addSpanCostListener, removeSpanCostListener, type SpanCostListener } from '../otel/span-costs.js'
import { explicitAge, hasExplicitEnd, type StartedSpan, toMs } from '../otel/span-window.js'
import { attach } from '../sdk/provider.js'
import { newSpan, roundMs, writeCost } from './costs.js'
import { allAttributes, keptAttributes, keptName } from './kept-attributes.js'
import { LaterAttributes } from './later-attributes.js'
import type { RecordedSpan } from './lines.js'
import { described, type UnwrittenSpans } from './unwritten-spans.js'

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

/** When a span began, and whether that time was given. */
interface Start {
  readonly ms: number
  readonly given: boolean
}

/** The start of a span, on the span. */
class StartStamp extends Stamp {
  #start: Start

  private constructor(span: object, start: Start) {
    super(span)
    this.#start = start
  }

  static put(span: object, start: Start): void {
    // Another recording of the thread may have put one there.
    if (!(#start in span)) new StartStamp(span, start)
  }

  /** Undefined for a span without a stamp. */
  static on(span: object): Start | undefined {
    return #start in span ? span.#start : undefined
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
  /** Undefined once the recording is over. The provider keeps this processor, but nothing of the recording. */
  #spans: UnwrittenSpans | undefined
  /** Those that are open, until it is written that they are: one that never ends must not be kept. */
  readonly #young = new Map<Span, Start>()
  #stopOpen: () => void
  readonly #rules: AttributeRules
  /** Undefined: attributes are not recorded. */
  readonly #ownKeys: ReadonlySet<string> | undefined
  readonly #later = new LaterAttributes()
  /** A span of which one half is known: that it ended, or what it cost. */
  #last: { span: object; recorded: RecordedSpan; hasAttributes: boolean } | undefined

  constructor(spans: UnwrittenSpans, rules: AttributeRules, attributes: boolean) {
    this.#spans = spans
    this.#rules = rules
    this.#ownKeys = attributes ? new Set(Object.values(rules.keys)) : undefined
    addSpanCostListener(this.#onCost)
    this.#stopOpen = spans.alsoOpen(() => this.#takeOpen())
  }

  /** Attaches it to a tracer provider. */
  attachTo(provider: object): void {
    if (attach(provider, this)) this.#later.add(provider)
  }

  onStart(span: Span): void {
    if (this.#spans === undefined) return
    try {
      if ((span.spanContext().traceFlags & sampledFlag) === 0) return
      const ageMs = explicitAge(span)
      this.#young.set(span, { ms: performanceNow() - (ageMs ?? 0), given: ageMs !== undefined })
    } catch {
      // The processor that measures spans warns of those of another kind.
    }
  }

  onEnd(span: Span): void {
    const spans = this.#spans
    if (spans === undefined) return
    try {
      const start = this.#young.get(span) ?? StartStamp.on(span)
      if (start === undefined) return
      this.#young.delete(span)
      spans.add(this.#ended(span, start))
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
    this.#stopOpen()
    this.#stopOpen = () => {}
    this.#spans = this.#last = undefined
    this.#young.clear()
  }

  readonly #onCost: SpanCostListener = (_name, stats, share, span) => {
    const last = this.#lastFor(span)
    const { recorded } = last
    // Ours are not there yet, so that none need be left out.
    if (this.#ownKeys !== undefined && !this.#later.arePossible) {
      recorded.attributes = allAttributes((span as Span).attributes)
      last.hasAttributes = true
    }
    writeCost(recorded, stats, share.own)
    if (isCpuBound(stats, share, this.#rules)) recorded.flags |= 1
    if (exceedsMemory(stats, this.#rules)) recorded.flags |= 2
    if (share.shared) recorded.flags |= 4
  }

  #takeOpen(): RecordedSpan[] {
    const taken = described(this.#young, ([span, start]) => {
      StartStamp.put(span, start)
      const recorded = this.#describe(newSpan(), span, start)
      if (this.#ownKeys !== undefined) recorded.attributes = keptAttributes(span.attributes, this.#ownKeys)
      return recorded
    })
    this.#young.clear()
    return taken
  }

  #ended(span: Span, start: Start): RecordedSpan {
    const last = this.#lastFor(span)
    const recorded = this.#describe(last.recorded, span, start)
    if (this.#ownKeys !== undefined && !last.hasAttributes) {
      recorded.attributes = keptAttributes(span.attributes, this.#ownKeys)
    }
    const seenMs = performanceNow() - start.ms
    const isGiven = start.given || hasExplicitEnd(span.duration, seenMs)
    recorded.durationMs = roundMs(isGiven ? toMs(span.duration) : seenMs)
    if (span.status?.code === statusError) recorded.flags |= errorFlag
    return recorded
  }

  #describe(recorded: RecordedSpan, span: Span, start: Start): RecordedSpan {
    const { traceId, spanId } = span.spanContext()
    recorded.name = keptName(span.name)
    recorded.startMs = roundMs(start.ms)
    recorded.traceId = traceId
    recorded.spanId = spanId
    recorded.parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId
    return recorded
  }

  #lastFor(span: object) {
    if (this.#last?.span === span) return this.#last
    this.#last = { span, recorded: newSpan(), hasAttributes: false }
    return this.#last
  }
}
