import { ThreadTime } from '../profile/thread-time.js'
import { percentilesOf, type Row, summarize } from './by-name.js'
import { type ReportProcess, spanFlag } from './data.js'
import { type OwnFunction, ownFunctions } from './own-functions.js'

/** What the spans of one name cost. Times in ms, memory in bytes; what no span has is absent. */
export interface SpanNameRow {
  process: string
  name: string
  count: number
  p50Ms: number
  p95Ms: number
  /** Sums over the spans: own CPU of the JavaScript thread, what it ran for others meanwhile, waiting for a CPU. */
  selfMs?: number
  othersMs?: number
  waitMs?: number
  /** CPU of the process in the windows of the spans; of spans that overlap, each has all of it. */
  cpuMs?: number
  /** Highest. */
  memoryMax?: number
  /** Of its own CPU, the ten functions that ran longest: only where a CPU profile was taken. */
  functions?: OwnFunction[]
  /** How many spans have each. */
  flags: Record<keyof typeof spanFlag, number>
}

const mostFunctions = 10

export const blocksName = '(event loop blocked)'
export const collectionsName = '(garbage collection)'

/** A row for each name, the dearest first, and at the end one each for garbage collection and blocks of the event loop. */
export function rowsOf(process: ReportProcess): SpanNameRow[] {
  const byName: number[][] = process.spans.names.map(() => [])
  for (const [i, name] of process.spans.name.entries()) byName[name]!.push(i)
  const rows = summarize(process.spans).map((row) => spanRow(process, row, byName[row.name]!))
  const time = new ThreadTime(process)
  return [
    ...rows.sort(byCost),
    ...pausesRow(process.name, blocksName, process.blocks, time),
    ...pausesRow(process.name, collectionsName, process.gc, time),
  ]
}

/** Own CPU counts first; rows without any come after all others. Pauses are no spans. */
export function byCost(a: SpanNameRow, b: SpanNameRow): number {
  return Number(isPause(a)) - Number(isPause(b)) || costOf(b) - costOf(a)
}

export function isPause({ name }: SpanNameRow): boolean {
  return name === blocksName || name === collectionsName
}

function costOf({ selfMs, cpuMs }: SpanNameRow): number {
  return selfMs ?? (cpuMs ?? 0) / 1e6
}

function spanRow(process: ReportProcess, row: Row, indices: readonly number[]): SpanNameRow {
  const { spans } = process
  const { p50, p95, self, others, wait, cpu, memory } = row
  const figures = { selfMs: self, othersMs: others, waitMs: wait, cpuMs: cpu, memoryMax: memory }
  const functions = ownFunctions(process, indices)
  return {
    process: process.name,
    name: spans.names[row.name]!,
    count: row.count,
    p50Ms: p50,
    p95Ms: p95,
    ...Object.fromEntries(Object.entries(figures).filter(([, value]) => !Number.isNaN(value))),
    ...(functions !== undefined && { functions: functions.slice(0, mostFunctions) }),
    flags: flagsOf((i) => row.flags[i]!),
  }
}

function pausesRow(process: string, name: string, pauses: ReportProcess['blocks'], time: ThreadTime): SpanNameRow[] {
  const { start, duration } = pauses
  if (start.length === 0) return []
  const selfMs = start.reduce((sum, ms, i) => sum + time.between(ms, ms + duration[i]!), 0)
  const own = Number.isNaN(selfMs) ? {} : { selfMs }
  const { p50, p95 } = percentilesOf(duration)
  return [{ process, name, count: start.length, p50Ms: p50, p95Ms: p95, ...own, flags: flagsOf(() => 0) }]
}

function flagsOf(count: (flag: number) => number): SpanNameRow['flags'] {
  return Object.fromEntries(Object.keys(spanFlag).map((flag, i) => [flag, count(i)])) as SpanNameRow['flags']
}
