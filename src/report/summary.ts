import type { ReportData, ReportProcess, ReportProgram, ReportSampler } from './data.js'
import { byCost, rowsOf, type SpanNameRow } from './rows.js'

const mostDear = 3

/** What a recording says, without its columns: what `spanmeter run --json` writes. */
export interface Summary {
  format: 1
  program: ReportProgram
  machine: ReportData['machine']
  verdict: string[]
  processes: { pid: number; name: string; sampler: ReportSampler }[]
  /** Of all processes, the dearest name first. */
  rows: SpanNameRow[]
  /** The three spans that cost most. */
  dearest: DearSpan[]
}

/** A span; times in ms, since the recording began. What is not known is absent. */
export interface DearSpan {
  process: string
  name: string
  startMs: number
  durationMs: number
  selfMs?: number
  cpuMs?: number
  traceId: string
  spanId: string
}

export function summaryOf({ program, machine, verdict, processes }: ReportData): Summary {
  return {
    format: 1,
    program,
    machine,
    verdict,
    processes: processes.map(({ pid, name, sampler }) => ({ pid, name, sampler })),
    rows: processes.flatMap(rowsOf).sort(byCost),
    dearest: processes
      .flatMap(dearestOf)
      .sort((a, b) => costOf(b) - costOf(a))
      .slice(0, mostDear),
  }
}

function dearestOf({ name: process, spans }: ReportProcess): DearSpan[] {
  const cost = (i: number) => costOf({ selfMs: spans.selfMs[i]!, cpuMs: spans.cpuMs[i]! })
  const indices = [...spans.name.keys()].sort((a, b) => cost(b) - cost(a)).slice(0, mostDear)
  return indices.map((i) => ({
    process,
    name: spans.names[spans.name[i]!]!,
    startMs: spans.start[i]!,
    durationMs: spans.duration[i]!,
    ...figure('selfMs', spans.selfMs[i]!),
    ...figure('cpuMs', spans.cpuMs[i]!),
    traceId: spans.traceId[i]!,
    spanId: spans.spanId[i]!,
  }))
}

/** Own CPU counts first: that of the process belongs to all spans that overlap. */
function costOf({ selfMs, cpuMs }: { selfMs?: number; cpuMs?: number }): number {
  if (selfMs !== undefined && !Number.isNaN(selfMs)) return selfMs
  return cpuMs === undefined || Number.isNaN(cpuMs) ? 0 : cpuMs / 1e9
}

function figure<Name extends string>(name: Name, value: number): { [key in Name]?: number } {
  return Number.isNaN(value) ? {} : ({ [name]: value } as { [key in Name]?: number })
}
