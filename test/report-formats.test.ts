import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReportData } from '../dist/report/data.js'
import { lanesOf } from '../dist/report/formats/lanes.js'
import { readOtlp } from '../dist/report/read-otlp.js'
import { readRecording } from '../dist/report/read-recording.js'
import { rowsOf } from '../dist/report/rows.js'
import { type Frame, readByDevTools, readBySpeedscope } from './helpers/foreign-readers'
import { spansOf } from './helpers/recorded'
import { Running } from './helpers/running'

// Each format is read by a program of others, or by its specification.

const running = new Running()
const file = (name: string) => join(running.scratch, name)
const text = (name: string) => readFileSync(file(name), 'utf8')
let data: ReportData
/** In µs. */
let spans: Frame[]

beforeAll(async () => {
  const options = ['--trace', file('trace.json'), '--speedscope', file('speed.json'), '--otlp', file('spans.jsonl')]
  const program = [process.execPath, join(__dirname, 'fixtures/record/traced.cjs')]
  const { code, stderr } = await running.run(program, { options })
  expect(code, stderr).toBe(0)
  data = await readRecording(running.recording)
  spans = spansOf(data.processes[0]!).map(({ name, startMs, endMs }) => ({
    name,
    startUs: Math.round(startMs * 1000),
    endUs: Math.round(endMs * 1000),
  }))
  expect(spans.length).toBe(46)
})
afterAll(() => running[Symbol.dispose]())

const byTime = (a: Frame, b: Frame) => a.startUs - b.startUs || b.endUs - a.endUs

/** Frames of all lanes of spans. */
function spanFrames(lanes: Record<string, Frame[]>): Frame[] {
  return Object.entries(lanes)
    .filter(([name]) => /spans \d|lane \d/.test(name))
    .flatMap(([, frames]) => frames)
    .sort(byTime)
}

test('Chrome’s DevTools find every span and every pause in the trace', async () => {
  const lanes = await readByDevTools(text('trace.json'))
  expect(spanFrames(lanes)).toEqual(spans.toSorted(byTime))
  expect(lanes['garbage collection']).toHaveLength(data.processes[0]!.gc.start.length)
})

test('the trace has what was sampled, and the blocks of the event loop', async () => {
  const [main] = data.processes
  const { traceEvents } = JSON.parse(text('trace.json')) as { traceEvents: Counter[] }
  const counter = (wanted: string, unit: string) =>
    traceEvents.filter(({ ph, name }) => ph === 'C' && name === wanted).map(({ ts, args }) => [ts, args[unit]])
  const column = (times: Float64Array, values: ArrayLike<number>) =>
    [...times].map((ms, i) => [Math.round(1000 * ms), values[i]]).filter(([, value]) => !Number.isNaN(value))
  const { time, cpu, thread, memory } = main!
  expect(counter('process CPU', '% of a core')).toEqual(column(time, cpu.max))
  expect(counter('JavaScript thread', '% of a core')).toEqual(column(time, thread.max))
  expect(counter('resident memory', 'bytes')).toEqual(column(memory.time, memory.bytes))
  const blocks = Array.from(main!.blocks.start, (startMs, i) => ({
    name: 'event loop blocked',
    startUs: Math.round(1000 * startMs),
    endUs: Math.round(1000 * (startMs + main!.blocks.duration[i]!)),
  }))
  // It burned for 200 ms in one.
  expect(blocks.length).toBeGreaterThan(0)
  expect((await readByDevTools(text('trace.json')))['event loop blocked']!.sort(byTime)).toEqual(blocks)
})

interface Counter {
  ph: string
  name: string
  ts: number
  args: Record<string, number>
}

test('speedscope finds every span in the trace', async () => {
  const read = await readBySpeedscope('trace.json', text('trace.json'))
  const known = await readByDevTools(text('trace.json'))
  const lanes = Object.keys(known).filter((name) => name.startsWith('spans'))
  expect(lanes.length).toBeGreaterThan(1)
  for (const lane of lanes) {
    const [, frames] = Object.entries(read).find(([name]) => name.includes(`, ${lane} (tid `))!
    // Its frames are named with the arguments, and its time begins with the first.
    const named = frames.map(({ name, ...times }) => ({ name: name.split(' ')[0]!, ...times }))
    expect(fromFirst(named)).toEqual(fromFirst(known[lane]!))
  }
})

function fromFirst(frames: readonly Frame[]): Frame[] {
  const first = Math.min(...frames.map(({ startUs }) => startUs))
  return frames
    .map(({ name, startUs, endUs }) => ({ name, startUs: startUs - first, endUs: endUs - first }))
    .sort(byTime)
}

test('speedscope finds every span in its own format, those of a name as one frame', async () => {
  const lanes = await readBySpeedscope('speed.json', text('speed.json'))
  expect(spanFrames(lanes)).toEqual(spans.toSorted(byTime))
})

test('no two slices of a lane of the trace overlap in part', () => {
  const { traceEvents } = JSON.parse(text('trace.json'))
  const slices = traceEvents.filter(({ ph }: { ph: string }) => ph === 'X') as {
    tid: number
    ts: number
    dur: number
  }[]
  expectNesting(slices.map(({ tid, ts, dur }) => ({ lane: tid, start: ts, end: ts + dur })))
  for (const event of traceEvents) {
    expect(Number.isInteger(event.pid) && Number.isInteger(event.tid) && Number.isInteger(event.ts)).toBe(true)
  }
})

function expectNesting(slices: readonly { lane: number; start: number; end: number }[]): void {
  const cuts = slices.flatMap((a) =>
    slices.filter((b) => a.lane === b.lane && a.start < b.start && b.start < a.end && a.end < b.end),
  )
  expect(cuts).toEqual([])
}

test('OTLP has every span, by its specification', () => {
  const requests = text('spans.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const found = requests.flatMap(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans) as OtlpSpan[]
  const ids = new Map(found.map((span) => [span.spanId, span]))
  for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano, attributes } of found) {
    expect([traceId, spanId].join()).toMatch(/^[0-9a-f]{32},[0-9a-f]{16}$/)
    expect([startTimeUnixNano, endTimeUnixNano].join()).toMatch(/^\d{19},\d{19}$/)
    expect(attributes.map(({ key }) => key)).toContain('resource.cpu.time_ms')
  }
  expect(found.map(({ name }) => name).sort()).toEqual(spans.map(({ name }) => name).sort())
  const { parentSpanId, status } = found.find(({ name }) => name === 'idle')!
  expect([ids.get(parentSpanId!)!.name, status]).toEqual(['parent', { code: 2 }])
})

test('OTLP has the parent of a span also where that is of another process', async () => {
  using caller = new Running()
  const program = `
    const { trace, ROOT_CONTEXT } = require('@opentelemetry/api')
    new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
    const remote = { traceId: '${'a'.repeat(32)}', spanId: '${'b'.repeat(16)}', traceFlags: 1, isRemote: true }
    const tracer = trace.getTracer('app')
    tracer.startActiveSpan('served', {}, trace.setSpanContext(ROOT_CONTEXT, remote), (served) => {
      tracer.startSpan('inner').end()
      served.end()
    })`
  const path = join(caller.scratch, 'served.jsonl')
  await caller.run([process.execPath, '-e', program], { options: ['--otlp', path] })
  const { resourceSpans } = JSON.parse(readFileSync(path, 'utf8'))
  const found = resourceSpans[0].scopeSpans[0].spans as OtlpSpan[]
  const { spanId } = found.find(({ name }) => name === 'served')!
  const parents = Object.fromEntries(found.map(({ name, parentSpanId }) => [name, parentSpanId]))
  expect(parents).toEqual({ served: 'b'.repeat(16), inner: spanId })
})

test('the table has the percentiles that the spans of OTLP have', () => {
  const requests = text('spans.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const found = requests.flatMap(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans) as OtlpSpan[]
  const short = found.filter(({ name }) => name === 'short')
  const nanoseconds = short.map((span) => Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)))
  const sorted = nanoseconds.sort((a, b) => a - b)
  const row = running.summary.rows.find(({ name }) => name === 'short')!
  expect(row.count).toBe(40)
  // Of 40 the 20th and the 38th.
  expect([row.p50Ms, row.p95Ms]).toEqual([sorted[19]! / 1e6, sorted[37]! / 1e6])
})

test('OTLP read back is the same spans', async () => {
  const back = await readOtlp(file('spans.jsonl'))
  const plain = ({ processes }: ReportData) =>
    spansOf(processes[0]!).map(({ startMs: _start, endMs: _end, selfMs, ...span }) => ({
      ...span,
      selfMs: Math.round(selfMs * 1000),
    }))
  expect(plain(back)).toEqual(plain(data))
  const rows = ({ processes }: ReportData) =>
    rowsOf(processes[0]!)
      .filter(({ name }) => !name.startsWith('('))
      .map(({ name, count, p50Ms, p95Ms }) => ({ name, count, p50Ms, p95Ms }))
  expect(rows(back)).toEqual(rows(data))
})

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string }[]
  status: { code?: number }
}

describe('lanes', () => {
  /** Spans at random, of which a third have one of the others for a parent, whether they lie in it or not. */
  function random(count: number) {
    const spans = Array.from({ length: count }, () => ({
      start: Math.floor(Math.random() * 200) / 8,
      duration: Math.floor(Math.random() * 80) / 8,
    })).sort((a, b) => a.start - b.start || b.duration - a.duration)
    return {
      start: Float64Array.from(spans, ({ start }) => start),
      duration: Float64Array.from(spans, ({ duration }) => duration),
      parent: Int32Array.from(spans, (_, i) => (Math.random() < 1 / 3 ? Math.floor(Math.random() * i) : -1)),
    }
  }

  test('only nest, and only children in what is above them', () => {
    for (let round = 0; round < 20; round++) {
      const columns = random(150)
      const { start, end, lane, count } = lanesOf(columns)
      const slices = Array.from(lane, (lane, i) => ({ lane, start: start[i]!, end: end[i]!, i }))
      expectNesting(slices)
      expect(Math.max(...lane) + 1).toBe(count)
      const isAbove = (a: number, b: number): boolean => b >= 0 && (a === b || isAbove(a, columns.parent[b]!))
      for (const a of slices) {
        for (const b of slices) {
          const inside = a.lane === b.lane && a.i < b.i && b.start < a.end && a.start < a.end
          if (inside) expect(isAbove(a.i, b.i)).toBe(true)
        }
      }
    }
  })
})
