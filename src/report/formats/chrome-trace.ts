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
 * only nest, CPU and memory as counters.
 */
export function chromeTrace({ processes, program }: ReportData): string {
  const events = processes.flatMap((process, i) => eventsOf(process, processIdOf(processes, i)))
  const otherData = { command: program.command.join(' '), startedAt: new Date(program.startedAt).toISOString() }
  // An event a line: a file of one line is none that an editor opens.
  const lines = events.map((event) => JSON.stringify(event)).join(',\n')
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${lines}\n]}\n`
}

/** A worker has a track of its own, so it needs an id of its own. */
function processIdOf(processes: readonly ReportProcess[], index: number): number {
  const { pid } = processes[index]!
  const before = processes.slice(0, index).filter((process) => process.pid === pid).length
  return before === 0 ? pid : pid + before * 10_000_000
}

function eventsOf(process: ReportProcess, pid: number): TraceEvent[] {
  return [
    meta('process_name', pid, 0, { name: process.name }),
    ...pauses(process.gc, pauseLanes.gc, pid),
    ...pauses(process.blocks, pauseLanes.blocks, pid),
    ...spans(process.spans, pid),
    ...counters(process, pid),
  ]
}

function spans(spans: ReportSpans, pid: number): TraceEvent[] {
  const { start, end, lane, count } = lanesOf(spans)
  const names = Array.from({ length: count }, (_, i) => thread(pid, firstSpanLane + i, `spans ${i + 1}`))
  const slices = Array.from(lane, (lane, i): TraceEvent => {
    const attributes = spans.attributes[i] === undefined ? {} : JSON.parse(spans.attributes[i])
    const args = { ...attributes, ...figuresOf(spans, i), trace_id: spans.traceId[i], span_id: spans.spanId[i] }
    return slice(spans.names[spans.name[i]!]!, 'span', pid, firstSpanLane + lane, start[i]!, end[i]!, args)
  })
  return [...names, ...slices]
}

type Pauses = ReportProcess['blocks'] & { kind?: readonly string[] }

function pauses(
  { start, duration, kind }: Pauses,
  { name, tid }: { name: string; tid: number },
  pid: number,
): TraceEvent[] {
  if (start.length === 0) return []
  const lanes = lanesOf({ start, duration: Float64Array.from(duration), parent: new Int32Array(start.length).fill(-1) })
  const names = Array.from({ length: lanes.count }, (_, i) => thread(pid, tid + i, name))
  const slices = Array.from(lanes.lane, (lane, i) =>
    slice(kind?.[i] ?? name, name, pid, tid + lane, lanes.start[i]!, lanes.end[i]!, {}),
  )
  return [...names, ...slices]
}

function counters({ time, cpu, thread, memory }: ReportProcess, pid: number): TraceEvent[] {
  const counter = (name: string, times: Float64Array, unit: string, values: ArrayLike<number>) =>
    Array.from(times, (ms, i): TraceEvent => {
      return { ph: 'C', name, pid, tid: 0, ts: Math.round(ms * 1000), args: { [unit]: values[i]! } }
    }).filter((_, i) => !Number.isNaN(values[i]!))
  return [
    ...counter('process CPU', time, '% of a core', cpu.max),
    ...counter('JavaScript thread', time, '% of a core', thread.max),
    ...counter('resident memory', memory.time, 'bytes', memory.bytes),
  ]
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
