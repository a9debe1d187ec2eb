import type { RecordedSpan } from '../record/lines.js'
import type { ReportSpans } from './data.js'

/** The spans in the order in which they began. */
export function inOrder(recorded: readonly RecordedSpan[]): RecordedSpan[] {
  return recorded.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs)
}

/** Spans in their order, as columns. `offsetMs` is to be added to their times. */
export function spanColumns(spans: readonly RecordedSpan[], offsetMs: number): ReportSpans {
  const names = new Map<string, number>()
  const figure = (value: number | undefined) => value ?? Number.NaN
  const floats = (of: (span: RecordedSpan) => number | undefined) =>
    Float32Array.from(spans, (span) => figure(of(span)))
  return {
    name: Uint32Array.from(spans, ({ name }) => {
      const known = names.get(name) ?? names.size
      names.set(name, known)
      return known
    }),
    names: [...names.keys()],
    start: Float64Array.from(spans, ({ startMs }) => startMs + offsetMs),
    duration: Float64Array.from(spans, ({ durationMs }) => durationMs),
    ...parentColumns(spans),
    selfMs: floats(({ selfMs }) => selfMs),
    othersMs: floats(({ othersMs }) => othersMs),
    waitMs: floats(({ waitMs }) => waitMs),
    cpuMs: floats(({ cpuMs }) => cpuMs),
    memoryMax: Float64Array.from(spans, ({ memoryMax }) => figure(memoryMax)),
    flags: Uint8Array.from(spans, ({ flags }) => flags),
    traceId: spans.map(({ traceId }) => traceId),
    spanId: spans.map(({ spanId }) => spanId),
    attributes: spans.map(({ attributes }) => attributes && JSON.stringify(attributes)),
  }
}

function parentColumns(spans: readonly RecordedSpan[]): Pick<ReportSpans, 'parent' | 'parentElsewhere'> {
  const indices = new Map(spans.map((span, i) => [idOf(span, span.spanId), i]))
  const parent = Int32Array.from(spans, (span, i) => {
    const found = span.parentSpanId === undefined ? undefined : indices.get(idOf(span, span.parentSpanId))
    return found === undefined || found === i ? -1 : found
  })
  // None is its own.
  const isElsewhere = ({ spanId, parentSpanId }: RecordedSpan, i: number) => parent[i]! < 0 && parentSpanId !== spanId
  return {
    parent,
    parentElsewhere: spans.map((span, i) => (isElsewhere(span, i) ? (span.parentSpanId ?? '') : '')),
  }
}

function idOf({ traceId }: RecordedSpan, spanId: string): string {
  return `${traceId}/${spanId}`
}
