import { type ReportSpans, spanFlag } from './data.js'

/** What spans of one name cost together, in a report as in the table that is printed. */

export interface Range {
  from: number
  to: number
}

/** What the spans of one name cost. NaN where nothing is known. */
export interface Row {
  /** Index of the name. */
  name: number
  count: number
  /** Percentiles of the duration, by nearest rank, in ms. */
  p50: number
  p95: number
  /** Sums of the spans' figures, in ms. */
  self: number
  others: number
  cpu: number
  wait: number
  /** The largest, in bytes. */
  memory: number
  /** How many spans have each flag, in the order of the bits of `spanFlag`. */
  flags: number[]
}

const flagBits = Object.values(spanFlag)

/** Sums up the spans that were open at some moment of a range, each in full, by their names. */
export function summarize(
  spans: ReportSpans,
  range?: Range | undefined,
  matches: (span: number) => boolean = () => true,
): Row[] {
  const rows = new Map<number, { row: Row; durations: number[] }>()
  for (let span = 0; span < spans.name.length; span++) {
    if ((range !== undefined && !touches(spans, span, range)) || !matches(span)) continue
    const name = spans.name[span]!
    let entry = rows.get(name)
    if (entry === undefined) {
      entry = { row: emptyRow(name), durations: [] }
      rows.set(name, entry)
    }
    entry.durations.push(spans.duration[span]!)
    add(entry.row, spans, span)
  }
  return Array.from(rows.values(), ({ row, durations }) => ({ ...row, ...percentilesOf(durations) }))
}

/** By nearest rank: the smallest value that is not below the share; NaN of none. */
export function percentilesOf(values: ArrayLike<number>): { p50: number; p95: number } {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95) }
}

function touches({ start, duration }: ReportSpans, span: number, { from, to }: Range): boolean {
  return start[span]! <= to && start[span]! + duration[span]! >= from
}

function emptyRow(name: number): Row {
  const unknown = { p50: Number.NaN, p95: Number.NaN, self: Number.NaN, others: Number.NaN, cpu: Number.NaN }
  return { name, count: 0, ...unknown, wait: Number.NaN, memory: Number.NaN, flags: flagBits.map(() => 0) }
}

function add(row: Row, spans: ReportSpans, span: number): void {
  row.count++
  row.self = sum(row.self, spans.selfMs[span]!)
  row.others = sum(row.others, spans.othersMs[span]!)
  row.cpu = sum(row.cpu, spans.cpuMs[span]!)
  row.wait = sum(row.wait, spans.waitMs[span]!)
  const memory = spans.memoryMax[span]!
  if (!(memory <= row.memory)) row.memory = Number.isNaN(memory) ? row.memory : memory
  for (let flag = 0; flag < flagBits.length; flag++) {
    if ((spans.flags[span]! & flagBits[flag]!) !== 0) row.flags[flag]!++
  }
}

/** What is not known of one span does not make the sum of the others unknown. */
function sum(total: number, value: number): number {
  if (Number.isNaN(value)) return total
  return Number.isNaN(total) ? value : total + value
}
