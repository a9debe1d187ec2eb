import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import type { RecordedSpan } from '../record/lines.js'
import { type ReportData, type ReportProcess, spanFlag } from './data.js'
import { keys, megabyte } from './formats/figures.js'
import { GrowingPauses, GrowingSamples } from './growing.js'
import { spanColumns } from './span-columns.js'
import { dearest } from './verdict.js'

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
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
interface ResourceSpans {
  resource?: { attributes?: KeyValue[] }
  scopeSpans?: { spans?: OtlpSpan[] }[]
}

/**
 * Spans that carry our attributes, from a file with an OTLP request as JSON in each line. There are no samples, so there are
 * no charts. Rejects with a sentence where the file has no span.
 */
export async function readOtlp(file: string): Promise<ReportData> {
  const services = new Map<string, RecordedSpan[]>()
  let pid = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    for (const { resource, scopeSpans = [] } of requestIn(line)) {
      const about = valuesOf(resource?.attributes)
      pid ||= Number(about['process.pid'] ?? 0)
      const name = String(about['service.name'] ?? basename(file))
      const spans = services.get(name) ?? []
      services.set(name, spans)
      for (const span of scopeSpans.flatMap(({ spans = [] }) => spans)) spans.push(recordedSpan(span))
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

/** Of a line that is cut off, or is something else, there is nothing. */
function requestIn(line: string): ResourceSpans[] {
  try {
    const { resourceSpans } = JSON.parse(line)
    return Array.isArray(resourceSpans) ? resourceSpans : []
  } catch {
    return []
  }
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
    ...{ name, traceId, spanId },
    parentSpanId: parentSpanId || undefined,
    startMs: Number(start / 1000n) / 1000,
    durationMs: Number(BigInt(span.endTimeUnixNano) - start) / 1e6,
    flags:
      has(keys.cpuBound, spanFlag.cpuBound) |
      has(keys.memoryThresholdExceeded, spanFlag.memoryExceeded) |
      has(keys.shared, spanFlag.shared) |
      (status?.code === 2 ? spanFlag.error : 0),
    selfMs: take(keys.cpuSelf),
    othersMs: take(keys.cpuOthers),
    waitMs: take(keys.cpuWait),
    cpuMs: take(keys.cpuTime),
    memoryMax: memoryMb === undefined ? undefined : memoryMb * megabyte,
    attributes: undefined,
  }
  // What is left is the span's own.
  if (Object.keys(values).length > 0) recorded.attributes = values
  return recorded
}

function valuesOf(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))
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
    spans: spanColumns(spans, offsetMs),
  }
}
