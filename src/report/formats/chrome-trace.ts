import type { ReportData, ReportProcess, ReportSpans } from '../data.js'
import { figuresOf } from './figures.js'
import { lanesOf } from './lanes.js'

/** An event of the Trace Event Format. Times are whole microseconds since the recording began. */
interface TraceEvent {
  ph: 'X' | 'C' | 'M'
  name: string
  cat?: string
  pid: number
  tid: number
  ts: number
  dur?: number
  args: object
}

/** Threads of the trace, which are lanes: first pauses, then spans. */
const firstSpanLane = 100
const pauseLanes = {
  gc: { name: 'garbage collection', tid: 20 },
  blocks: { name: 'event loop blocked', tid: 60 },
} as const

/**
 * As the JSON that ui.perfetto.dev, Chrome's DevTools and speedscope open: spans as complete events in lanes in which they
 * only nest, CPU and memory as counters. An event a line: a file of one line is none that an editor opens.
 */
export function* chromeTrace({ processes, program }: ReportData): Generator<string, void, void> {
  const otherData = { command: program.command.join(' '), startedAt: new Date(program.startedAt).toISOString() }
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[`
  let separator = '\n'
  for (const [i, process] of processes.entries()) {
    for (const event of eventsOf(process, processIdOf(processes, i))) {
      yield `${separator}${JSON.stringify(event)}`
      separator = ',\n'
    }
  }
  yield '\n]}\n'
}

/** A worker has a track of its own, so it needs an id of its own. */
function processIdOf(processes: readonly ReportProcess[], index: number): number {
  const { pid } = processes[index]!
  const before = processes.slice(0, index).filter((process) => process.pid === pid).length
  return before === 0 ? pid : pid + before * 10_000_000
}

type Events = Generator<TraceEvent, void, void>

/** One after the other: there may be more than memory has room for. */
function* eventsOf(process: ReportProcess, pid: number): Events {
  yield meta('process_name', pid, 0, { name: process.name })
  yield* pauses(process.gc, pauseLanes.gc, pid)
  yield* pauses(process.blocks, pauseLanes.blocks, pid)
  yield* spans(process.spans, pid)
  yield* counters(process, pid)
}

function* spans(spans: ReportSpans, pid: number): Events {
  const { start, end, lane: lanes, count } = lanesOf(spans)
  for (let i = 0; i < count; i++) yield thread(pid, firstSpanLane + i, `spans ${i + 1}`)
  for (const [i, lane] of lanes.entries()) {
    const attributes = spans.attributes[i] === undefined ? {} : JSON.parse(spans.attributes[i])
    const args = { ...attributes, ...figuresOf(spans, i), trace_id: spans.traceId[i], span_id: spans.spanId[i] }
    yield slice(spans.names[spans.name[i]!]!, 'span', pid, firstSpanLane + lane, start[i]!, end[i]!, args)
  }
}

type Pauses = ReportProcess['blocks'] & { kind?: readonly string[] }

function* pauses({ start, duration, kind }: Pauses, { name, tid }: { name: string; tid: number }, pid: number): Events {
  const lanes = lanesOf({ start, duration: Float64Array.from(duration), parent: new Int32Array(start.length).fill(-1) })
  for (let i = 0; i < lanes.count; i++) yield thread(pid, tid + i, name)
  for (const [i, lane] of lanes.lane.entries()) {
    yield slice(kind?.[i] ?? name, name, pid, tid + lane, lanes.start[i]!, lanes.end[i]!, {})
  }
}

function* counters({ time, cpu, thread, memory }: ReportProcess, pid: number): Events {
  yield* counter('process CPU', pid, time, '% of a core', cpu.max)
  yield* counter('JavaScript thread', pid, time, '% of a core', thread.max)
  yield* counter('resident memory', pid, memory.time, 'bytes', memory.bytes)
}

function* counter(name: string, pid: number, time: Float64Array, unit: string, values: ArrayLike<number>): Events {
  for (const [i, ms] of time.entries()) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    yield { ph: 'C', name, pid, tid: 0, ts: Math.round(ms * 1000), args: { [unit]: value } }
  }
}

function slice(name: string, cat: string, pid: number, tid: number, ts: number, end: number, args: object): TraceEvent {
  return { ph: 'X', name, cat, pid, tid, ts, dur: end - ts, args }
}

function thread(pid: number, tid: number, name: string): TraceEvent {
  return meta('thread_name', pid, tid, { name })
}

/** With a time, without which speedscope refuses the file. */
function meta(name: string, pid: number, tid: number, args: object): TraceEvent {
  return { ph: 'M', name, pid, tid, ts: 0, args }
}
