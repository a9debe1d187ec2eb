import type { ReportData, ReportProcess, ReportProfile } from '../../src/report/data'

export interface MadeSpan {
  name: string
  start: number
  duration: number
  parent?: number
  parentElsewhere?: string
  selfMs?: number
  othersMs?: number
  waitMs?: number
  cpuMs?: number
  memoryMax?: number
  flags?: number
  traceId?: string
  spanId?: string
  attributes?: string
}

/** The spans as columns, each with what it lacks unknown. */
export function spanColumns(spans: readonly MadeSpan[]): ReportProcess['spans'] {
  const names = [...new Set(spans.map(({ name }) => name))]
  const indexes = new Map(names.map((name, i) => [name, i]))
  const floats = (pick: (span: MadeSpan) => number | undefined) => Float32Array.from(spans, (span) => pick(span) ?? NaN)
  return {
    names,
    name: Uint32Array.from(spans, ({ name }) => indexes.get(name)!),
    start: Float64Array.from(spans, ({ start }) => start),
    duration: Float64Array.from(spans, ({ duration }) => duration),
    parent: Int32Array.from(spans, ({ parent }) => parent ?? -1),
    parentElsewhere: spans.map(({ parentElsewhere }) => parentElsewhere ?? ''),
    selfMs: floats(({ selfMs }) => selfMs),
    othersMs: floats(({ othersMs }) => othersMs),
    waitMs: floats(({ waitMs }) => waitMs),
    cpuMs: floats(({ cpuMs }) => cpuMs),
    memoryMax: Float64Array.from(spans, ({ memoryMax }) => memoryMax ?? NaN),
    flags: Uint8Array.from(spans, ({ flags }) => flags ?? 0),
    traceId: spans.map(({ traceId }, i) => traceId ?? i.toString(16).padStart(32, '0')),
    spanId: spans.map(({ spanId }, i) => spanId ?? i.toString(16).padStart(16, '0')),
    attributes: spans.map(({ attributes }) => attributes),
  }
}

/** A profile of all the time, in which samples found these functions at work for these spans. */
export function profileOf(
  found: readonly { name: string; location?: string; span: number; samples: number }[],
  given: Partial<ReportProfile> = {},
): ReportProfile {
  return {
    ...{ periodMs: 1, startMs: 0, endMs: 1e6, lost: 0, costMs: 0, removed: 0 },
    samples: found.reduce((sum, { samples }) => sum + samples, 0),
    functions: found.map(({ name, location = '' }) => ({ name, location })),
    found: {
      span: Uint32Array.from(found, ({ span }) => span),
      function: Uint32Array.from(found.keys()),
      samples: Uint32Array.from(found, ({ samples }) => samples),
      cpuMs: Float32Array.from(found, ({ samples }) => samples),
    },
    ...given,
  }
}

/** A function of time as a column of samples, one each period. */
export function sampled(durationMs: number, periodMs: number, value: (time: number) => number) {
  const time = Float64Array.from({ length: Math.floor(durationMs / periodMs) }, (_, i) => (i + 1) * periodMs)
  return { time, values: Float32Array.from(time, value) }
}

/** A process of which nothing is known but what is given. */
export function processOf(given: Partial<ReportProcess> = {}): ReportProcess {
  const none = new Float32Array()
  const series = { min: none, avg: none, max: none }
  return {
    pid: 4711,
    name: 'app.js',
    sampler: { backend: 'native', periodMs: 1, coverage: 1, maxGapMs: 1, missedTicks: {}, samples: 0 },
    time: new Float64Array(),
    cpu: series,
    thread: series,
    memory: { time: new Float64Array(), bytes: new Float64Array() },
    gc: { start: new Float64Array(), duration: none, kind: [] },
    blocks: { start: new Float64Array(), duration: none },
    spans: spanColumns([]),
    ...given,
  }
}

export function reportOf(durationMs: number, processes: ReportProcess[], given: Partial<ReportData> = {}): ReportData {
  return {
    format: 1,
    program: { command: ['node', 'app.js'], node: 'v22.0.0', startedAt: 1.7e12, durationMs, end: { code: 0 } },
    machine: { model: 'A CPU', cores: 2, memoryBytes: 8 * 2 ** 30, kernel: 'Linux 6.1' },
    processes,
    verdict: ['The JavaScript thread was busy for half of the time.'],
    ...given,
  }
}

/** Numbers that look like chance and are the same each time, from 0 to 1. */
export function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
