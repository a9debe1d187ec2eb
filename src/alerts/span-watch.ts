import { performanceNow, timeOrigin } from '../clock.js'
import { addSpanCostListener, removeSpanCostListener, type SpanCostListener } from '../otel/span-costs.js'
import type { LocalSpan } from '../span-accounts/local-span.js'
import { attribution, openSpans } from '../span-accounts/this-thread.js'
import type { AlertSpan } from './types.js'

/** What is read of a span, of whatever SDK. */
interface Span {
  readonly name: string
  readonly startTime: readonly [number, number]
  spanContext(): { traceId: string; spanId: string }
}

interface Ended extends AlertSpan {
  startMs: number
  endMs: number
}

const maxSpans = 10
/** Those that ran most of each second are kept for so many seconds. */
const secondsKept = 120
const perSecond = 16
/** The clock of the SDK may be as much apart from that of the samples. */
const clockSlackMs = 2

/** Which spans were open in a stretch of time, and what they ran. */
export class SpanWatch {
  /** By the second in which they ended; the oldest first. */
  readonly #ended = new Map<number, Ended[]>()

  constructor() {
    addSpanCostListener(this.#onEnd)
  }

  stop(): void {
    removeSpanCostListener(this.#onEnd)
    this.#ended.clear()
  }

  /** Those that ran most first. */
  between(startMs: number, endMs: number): AlertSpan[] {
    const found = new Map<string, AlertSpan>()
    for (const spans of this.#ended.values()) {
      for (const { startMs: from, endMs: to, ...span } of spans) {
        if (to >= startMs && from <= endMs) found.set(`${span.traceId} ${span.spanId}`, span)
      }
    }
    attribution.sums()
    for (const [span, local] of openSpans()) {
      const open = describe(span as Span, local, endMs)
      if (open !== undefined) found.set(`${open.traceId} ${open.spanId}`, open)
    }
    return [...found.values()].sort((a, b) => (b.selfMs ?? 0) - (a.selfMs ?? 0)).slice(0, maxSpans)
  }

  readonly #onEnd: SpanCostListener = (name, stats, share, span) => {
    const endMs = performanceNow()
    const second = Math.floor(endMs / 1000)
    const spans = this.#spansOf(second)
    const selfMs = share.own?.selfMs
    const least = spans.length < perSecond ? -1 : leastOf(spans)
    if (least >= 0 && (spans[least]!.selfMs ?? 0) >= (selfMs ?? 0)) return
    const { traceId, spanId } = (span as Span).spanContext()
    const startMs = endMs - stats.durationMs
    const ended = { name: String(name), traceId, spanId, ...(selfMs !== undefined && { selfMs }), startMs, endMs }
    if (least < 0) spans.push(ended)
    else spans[least] = ended
  }

  #spansOf(second: number): Ended[] {
    const known = this.#ended.get(second)
    if (known !== undefined) return known
    const spans: Ended[] = []
    this.#ended.set(second, spans)
    for (const old of this.#ended.keys()) {
      if (old >= second - secondsKept) break
      this.#ended.delete(old)
    }
    return spans
  }
}

/** Undefined for one that began later, and for a span of an unknown kind. */
function describe(span: Span, { summedSelfMs: selfMs }: LocalSpan, endMs: number): AlertSpan | undefined {
  try {
    const [seconds, nanos] = span.startTime
    if (seconds * 1e3 + nanos / 1e6 - timeOrigin > endMs + clockSlackMs) return undefined
    const { traceId, spanId } = span.spanContext()
    return { name: String(span.name), traceId, spanId, ...(selfMs !== undefined && { selfMs }) }
  } catch {
    return undefined
  }
}

function leastOf(spans: readonly Ended[]): number {
  return spans.reduce((least, { selfMs = 0 }, i) => (selfMs < (spans[least]!.selfMs ?? 0) ? i : least), 0)
}
