import Table from 'cli-table3'
import type { RouteSummary } from './summary'

interface Column {
  /** Two lines, to keep the columns narrow. */
  head: [string, string]
  cell: (row: RouteSummary) => string
}

const columns: readonly Column[] = [
  { head: ['route', ''], cell: (row) => row.route },
  { head: ['spans', ''], cell: (row) => String(row.spans) },
  { head: ['p50', 'ms'], cell: (row) => decimal(row.p50Ms, 1) },
  { head: ['p95', 'ms'], cell: (row) => decimal(row.p95Ms, 1) },
  { head: ['own cpu', 'ms'], cell: (row) => decimal(row.native.selfMs, 1) },
  { head: ['all cpu', 'ms'], cell: (row) => decimal(row.native.cpuTimeMs, 1) },
  { head: ['cpu max', '%'], cell: (row) => decimal(row.native.cpuMax, 0) },
  { head: ['memory', 'max MB'], cell: (row) => decimal(row.native.memoryMaxMb, 0) },
  { head: ['samples', 'per span'], cell: (row) => decimal(row.native.samples, 1) },
  { head: ['cpu', 'bound'], cell: (row) => String(row.native.cpuBound) },
  { head: ['JS timer', 'cpu max %'], cell: (row) => decimal(row.js.cpuMax, 0) },
  { head: ['JS timer', 'samples'], cell: (row) => decimal(row.js.samples, 1) },
]

export function terminalTable(rows: readonly RouteSummary[]): string {
  const table = new Table({
    head: columns.map((column) => column.head.join('\n')),
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
    // No colours: the table also goes to files and pipes.
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map(cells))
  return table.toString()
}

export function markdownTable(rows: readonly RouteSummary[]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(columns.map((column) => column.head.join(' ').trim())),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(cells(row))),
  ].join('\n')
}

function cells(row: RouteSummary): string[] {
  return columns.map((column) => column.cell(row))
}

/** A dash for what nobody measured. */
export function decimal(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits)
}
