import { type ReportProcess, spanFlag } from './data.js'
import { quantile } from './quantile.js'
import { ThreadTime } from './thread-time.js'

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
  /** How many spans have each. */
  flags: Record<keyof typeof spanFlag, number>
}

export const blocksName = '(event loop blocked)'
export const collectionsName = '(garbage collection)'

/** A row for each name, the dearest first, and at the end one each for garbage collection and blocks of the event loop. */
export function rowsOf(process: ReportProcess): SpanNameRow[] {
  const byName: number[][] = process.spans.names.map(() => [])
  for (const [i, name] of process.spans.name.entries()) byName[name]!.push(i)
  const rows = byName.map((indices, name) => spanRow(process, process.spans.names[name]!, indices))
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

function spanRow({ name: process, spans }: ReportProcess, name: string, indices: readonly number[]): SpanNameRow {
  const row: SpanNameRow = {
    process,
    name,
    count: indices.length,
    ...durations(indices.map((i) => spans.duration[i]!)),
    flags: noFlags(),
  }
  for (const figure of ['selfMs', 'othersMs', 'waitMs', 'cpuMs'] as const) {
    const known = indices.map((i) => spans[figure][i]!).filter((value) => !Number.isNaN(value))
    if (known.length > 0) row[figure] = known.reduce((sum, value) => sum + value, 0)
  }
  for (const i of indices) {
    const memory = spans.memoryMax[i]!
    if (memory > (row.memoryMax ?? 0)) row.memoryMax = memory
    for (const [flag, bit] of Object.entries(spanFlag)) {
      if ((spans.flags[i]! & bit) !== 0) row.flags[flag as keyof typeof spanFlag]++
    }
  }
  return row
}

function pausesRow(process: string, name: string, pauses: ReportProcess['blocks'], time: ThreadTime): SpanNameRow[] {
  const { start, duration } = pauses
  if (start.length === 0) return []
  const selfMs = start.reduce((sum, ms, i) => sum + time.between(ms, ms + duration[i]!), 0)
  const own = Number.isNaN(selfMs) ? {} : { selfMs }
  return [{ process, name, count: start.length, ...durations([...duration]), ...own, flags: noFlags() }]
}

function durations(values: readonly number[]): Pick<SpanNameRow, 'p50Ms' | 'p95Ms'> {
  const sorted = Float64Array.from(values).sort()
  return { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) }
}

function noFlags(): SpanNameRow['flags'] {
  return { cpuBound: 0, memoryExceeded: 0, shared: 0, error: 0 }
}
