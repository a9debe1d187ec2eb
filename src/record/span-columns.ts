import { newSpan } from './costs.js'
import type { RecordedSpan } from './lines.js'

const numbers = [
  ...(['startMs', 'durationMs', 'flags', 'selfMs', 'othersMs', 'waitMs', 'cpuMs'] as const),
  ...(['memoryMax', 'owner'] as const),
]

/** Spans as they are written: a column for each thing that is known of them, which takes half the time of an object each. */
export interface SpanColumns {
  names: string[]
  /** Of each span, its place in `names`. */
  name: number[]
  traceId: string[]
  spanId: string[]
  parentSpanId: (string | undefined)[]
  attributes: RecordedSpan['attributes'][]
  /** One column after the other, of 8 bytes each, the first byte the lowest, as base64. NaN: not known. */
  numbers: string
}

export function toColumns(spans: readonly RecordedSpan[]): SpanColumns {
  const places = new Map<string, number>()
  const count = spans.length
  const values = new Float64Array(numbers.length * count)
  const columns: SpanColumns = {
    ...{ names: [], name: [], traceId: [], spanId: [], parentSpanId: [], attributes: [] },
    numbers: '',
  }
  for (let i = 0; i < count; i++) {
    const span = spans[i]!
    let place = places.get(span.name)
    if (place === undefined) {
      place = columns.names.push(span.name) - 1
      places.set(span.name, place)
    }
    columns.name.push(place)
    columns.traceId.push(span.traceId)
    columns.spanId.push(span.spanId)
    columns.parentSpanId.push(span.parentSpanId)
    columns.attributes.push(span.attributes)
    values[i] = span.startMs
    values[count + i] = span.durationMs
    values[2 * count + i] = span.flags
    values[3 * count + i] = span.selfMs ?? Number.NaN
    values[4 * count + i] = span.othersMs ?? Number.NaN
    values[5 * count + i] = span.waitMs ?? Number.NaN
    values[6 * count + i] = span.cpuMs ?? Number.NaN
    values[7 * count + i] = span.memoryMax ?? Number.NaN
    values[8 * count + i] = span.owner ?? Number.NaN
  }
  columns.numbers = Buffer.from(values.buffer).toString('base64')
  return columns
}

/** Throws where the columns are not what `toColumns()` makes. */
export function fromColumns(columns: SpanColumns): RecordedSpan[] {
  const bytes = Buffer.from(columns.numbers, 'base64')
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~7)))
  const count = columns.name.length
  if (values.length !== numbers.length * count) throw new Error('the columns are not of one length')
  return columns.name.map((name, i) => {
    const span = newSpan()
    span.name = columns.names[name]!
    span.traceId = columns.traceId[i]!
    span.spanId = columns.spanId[i]!
    // JSON has null for what is undefined.
    span.parentSpanId = columns.parentSpanId[i] ?? undefined
    span.attributes = columns.attributes[i] ?? undefined
    numbers.forEach((key, k) => {
      const value = values[k * count + i]!
      if (!Number.isNaN(value)) span[key] = value
    })
    return span
  })
}
