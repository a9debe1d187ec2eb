import { basename } from 'node:path'
import type { RecordedSpan } from '../record/lines.js'
import { fields, isObject, isText, optional, type Shape } from '../record/shape.js'
import { textLines } from '../record/text-lines.js'
import { type ReportData, type ReportProcess, spanFlag } from './data.js'
import { keys, megabyte, unfinishedKey } from './formats/figures.js'
import { GrowingPauses, GrowingSamples } from './growing.js'
import { inOrder, spanColumns } from './span-columns.js'
import { dearest } from './verdict.js'

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name?: string
  startTimeUnixNano: string | number
  endTimeUnixNano: string | number
  attributes?: KeyValue[]
  status?: { code?: number }
}
interface KeyValue {
  key: string
  value: AnyValue
}
type AnyValue = Readonly<Record<string, unknown>>
/** The spans of one resource, and what is known of it. */
interface OfResource {
  about: Readonly<Record<string, unknown>>
  spans: RecordedSpan[]
}

const isMoment: Shape = (value) => (typeof value === 'number' || isText(value)) && /^\d{1,21}$/.test(String(value))
const isSpan = fields({
  ...{ traceId: isText, spanId: isText, parentSpanId: optional(isText), name: optional(isText) },
  ...{ startTimeUnixNano: isMoment, endTimeUnixNano: isMoment },
})
const isKeyValue = fields({ key: isText, value: isObject })

/**
 * Spans that carry our attributes, from a file with an OTLP request as JSON in each line. There are no samples, so there are
 * no charts. Rejects with a sentence where the file has no span.
 */
export async function readOtlp(file: string): Promise<ReportData> {
  const services = new Map<string, RecordedSpan[]>()
  let pid = 0
  for await (const line of textLines(file)) {
    for (const { about, spans } of requestIn(line)) {
      pid ||= Number(about['process.pid'] ?? 0) || 0
      const name = String(about['service.name'] ?? basename(file))
      services.set(name, [...(services.get(name) ?? []), ...spans])
    }
  }
  const all = [...services.values()].flat()
  if (all.length === 0) throw new Error(`there are no spans in ${file}`)
  const startedAt = all.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY)
  const endedAt = all.reduce((most, { startMs, durationMs }) => Math.max(most, startMs + durationMs), 0)
  const processes = [...services].map(([name, spans]) => processOf(name, pid, spans, -startedAt))
  return {
    format: 1,
    program: { command: [file], node: 'unknown', startedAt, durationMs: endedAt - startedAt, end: null },
    machine: { model: 'unknown', cores: 0, memoryBytes: 0, kernel: 'unknown' },
    processes,
    verdict: ['These are spans alone: nothing was sampled beside them.', ...dearest(processes[0])],
  }
}

/** Of a line that is cut off, or is something else, there is nothing, and nor is there of spans that are none. */
function requestIn(line: string): OfResource[] {
  try {
    return objectsIn(JSON.parse(line), 'resourceSpans').map((of) => {
      const spans = objectsIn(of, 'scopeSpans').flatMap((scope) => objectsIn(scope, 'spans'))
      const { attributes } = (isObject(of.resource) ? of.resource : {}) as { attributes?: KeyValue[] }
      return { about: valuesOf(attributes), spans: (spans.filter(isSpan) as unknown[] as OtlpSpan[]).map(recordedSpan) }
    })
  } catch {
    return []
  }
}

function objectsIn(value: unknown, list: string): Record<string, unknown>[] {
  const found = isObject(value) ? value[list] : undefined
  return Array.isArray(found) ? found.filter(isObject) : []
}

function recordedSpan({ traceId, spanId, parentSpanId, name, attributes, status, ...span }: OtlpSpan): RecordedSpan {
  const values = valuesOf(attributes)
  const take = (key: string) => {
    const value = values[key]
    delete values[key]
    return typeof value === 'number' ? value : undefined
  }
  const has = (key: string, bit: number) => {
    const flag = values[key] === true ? bit : 0
    delete values[key]
    return flag
  }
  const start = BigInt(span.startTimeUnixNano)
  const memoryMb = take(keys.memoryMax)
  const recorded: RecordedSpan = {
    ...{ name: name ?? '', traceId, spanId },
    parentSpanId: parentSpanId || undefined,
    startMs: Number(start / 1000n) / 1000,
    durationMs: Number(BigInt(span.endTimeUnixNano) - start) / 1e6,
    flags:
      has(keys.cpuBound, spanFlag.cpuBound) |
      has(keys.memoryThresholdExceeded, spanFlag.memoryExceeded) |
      has(keys.shared, spanFlag.shared) |
      has(unfinishedKey, spanFlag.unfinished) |
      (status?.code === 2 ? spanFlag.error : 0),
    selfMs: take(keys.cpuSelf),
    othersMs: take(keys.cpuOthers),
    waitMs: take(keys.cpuWait),
    cpuMs: take(keys.cpuTime),
    memoryMax: memoryMb === undefined ? undefined : memoryMb * megabyte,
    owner: undefined,
    attributes: undefined,
  }
  // What is left is the span's own.
  if (Object.keys(values).length > 0) recorded.attributes = values
  return recorded
}

function valuesOf(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  if (!Array.isArray(attributes)) return {}
  return Object.fromEntries(attributes.filter(isKeyValue).map(({ key, value }) => [key, plain(value)]))
}

function plain(value: AnyValue): unknown {
  const { intValue, arrayValue } = value as { intValue?: string | number; arrayValue?: { values?: AnyValue[] } }
  // 64-bit integers may come as decimal strings.
  if (intValue !== undefined) return Number(intValue)
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plain)
  return Object.values(value)[0]
}

function processOf(name: string, pid: number, spans: readonly RecordedSpan[], offsetMs: number): ReportProcess {
  const { start, duration } = new GrowingPauses().finish()
  return {
    pid,
    name,
    sampler: { backend: 'native', periodMs: Number.NaN, coverage: 0, maxGapMs: 0, missedTicks: {}, samples: 0 },
    ...new GrowingSamples().finish(),
    gc: { start, duration, kind: [] },
    blocks: { start, duration },
    spans: spanColumns(inOrder(spans), offsetMs),
  }
}
