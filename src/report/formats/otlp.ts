import { type ReportData, type ReportProcess, spanFlag } from '../data.js'
import { figuresOf } from './figures.js'

const spansInLine = 1000
const statusError = 2

/** As OTLP JSON, an export request a line. The spans have their own attributes, and what they cost as ours. */
export function* otlp({ processes, program }: ReportData): Generator<string, void, void> {
  for (const process of processes) yield* linesOf(process, program.startedAt)
}

function* linesOf(process: ReportProcess, startedAt: number): Generator<string, void, void> {
  const resource = { attributes: keyValues({ 'process.pid': process.pid, 'service.name': process.name }) }
  const count = process.spans.start.length
  for (let first = 0; first < count; first += spansInLine) {
    const length = Math.min(spansInLine, count - first)
    const spans = Array.from({ length }, (_, i) => spanOf(process, first + i, startedAt))
    const request = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'spanmeter' }, spans }] }] }
    yield `${JSON.stringify(request)}\n`
  }
}

function spanOf({ spans }: ReportProcess, i: number, startedAt: number): object {
  const start = nanoseconds(startedAt) + nanoseconds(spans.start[i]!)
  const parent = spans.parent[i]!
  const parentSpanId = parent >= 0 ? spans.spanId[parent] : spans.parentElsewhere[i]
  const attributes = spans.attributes[i] === undefined ? {} : JSON.parse(spans.attributes[i])
  return {
    traceId: spans.traceId[i],
    spanId: spans.spanId[i],
    ...(parentSpanId !== '' && { parentSpanId }),
    name: spans.names[spans.name[i]!],
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + nanoseconds(spans.duration[i]!)),
    attributes: keyValues({ ...attributes, ...figuresOf(spans, i) }),
    status: (spans.flags[i]! & spanFlag.error) !== 0 ? { code: statusError } : {},
  }
}

/** More than a double can hold. Of a time since 1970 whole microseconds are known. */
function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n
}

function keyValues(values: Readonly<Record<string, unknown>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: unknown): object {
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  return { stringValue: typeof value === 'string' ? value : (JSON.stringify(value) ?? '') }
}
