import { printable } from '../options.js'
import type { SpanNameRow } from '../report/rows.js'
import type { Summary } from '../report/summary.js'
import { showMb, showMs } from '../report/units.js'
import { paragraph, table } from './doctor/layout.js'

const mostRows = 25
const longestName = 48

/** What `spanmeter run` prints at the end. */
export function summaryText({ verdict, rows, dearest, processes }: Summary): string {
  const withProcess = processes.length > 1
  const shown = rows.slice(0, mostRows)
  const left = rows.length - shown.length
  const heading = ['', 'count', 'p50', 'p95', 'own CPU', 'others', 'window CPU', 'waiting', 'max MB', '']
  return [
    ...(rows.length === 0 ? [] : ['\n', table([heading, ...shown.map((row) => cells(row, withProcess))])]),
    ...(left > 0 ? [`  … and ${left} more names, which --json has\n`] : []),
    ...(dearest.length === 0 ? [] : ['\nThe dearest spans:\n']),
    ...dearest.map(({ name, startMs, durationMs, selfMs, cpuMs, traceId }) => {
      const cpu = selfMs === undefined ? `${known(cpuMs)} of CPU by the process` : `${known(selfMs)} of own CPU`
      return paragraph(
        `${short(name)}, at ${showMs(startMs)} for ${showMs(durationMs)}: ${cpu}; trace ${printable(traceId)}`,
        '  ',
      )
    }),
    '\n',
    ...verdict.map((sentence) => paragraph(together(printable(sentence)))),
  ].join('')
}

function cells(
  { process, name, count, p50Ms, p95Ms, selfMs, othersMs, cpuMs, waitMs, memoryMax, flags }: SpanNameRow,
  withProcess: boolean,
): string[] {
  return [
    short(withProcess ? `${process}: ${name}` : name),
    String(count),
    showMs(p50Ms),
    showMs(p95Ms),
    ...[selfMs, othersMs, cpuMs, waitMs].map(known),
    memoryMax === undefined ? '' : showMb(memoryMax),
    flagsText(flags),
  ]
}

function flagsText({ cpuBound, memoryExceeded, error, unfinished }: SpanNameRow['flags']): string {
  const parts = [
    [cpuBound, 'CPU-bound'],
    [memoryExceeded, 'above memory'],
    [error, error === 1 ? 'error' : 'errors'],
    [unfinished, 'did not end'],
  ] as const
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ')
}

function known(ms: number | undefined): string {
  return ms === undefined ? '' : showMs(ms)
}

/** Keeps numbers and their units on one line. */
function together(sentence: string): string {
  return sentence.replace(/(\d) (?=(?:ms|s|min|%)(?!\w))/g, '$1\u00a0')
}

function short(name: string): string {
  const plain = printable(name)
  return plain.length > longestName ? `${plain.slice(0, longestName - 1)}…` : plain
}
