import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MonitorHealth } from 'spanmeter'
import { machineFacts, samplerFacts } from './machine'
import type { DecodedSpan } from './otlp-decode'
import type { RouteSummary } from './summary'
import { markdownTable } from './table'

export interface Report {
  seconds: number
  rows: readonly RouteSummary[]
  reading: readonly string[]
  health: MonitorHealth
  failures: readonly string[]
  spans: readonly DecodedSpan[]
}

/** Where all that the demo writes is, in the folder that it was started in. */
export const folder = 'demo-report'

/** Writes the report and returns its path. */
export function writeReport(report: Report): string {
  mkdirSync(folder, { recursive: true })
  const spans = report.spans.map(({ name, durationMs, attributes }) => ({ name, durationMs, attributes }))
  writeFileSync(join(folder, 'spans.json'), `${JSON.stringify(spans, null, 2)}\n`)
  const file = join(folder, 'report.md')
  writeFileSync(file, markdown(report))
  return file
}

function markdown({ seconds, rows, reading, health, failures, spans }: Report): string {
  const parts = [
    '# What each span cost',
    `\`DEMO_SECONDS=${seconds} npm run demo\`, ${new Date().toISOString()}. The ${spans.length} spans behind ` +
      `it: [spans.json](spans.json).`,
    ...(failures.length > 0 ? ['**This run failed:**', list(failures)] : []),
    markdownTable(rows),
    'Columns are `resource.*` of the native sampler, and beside them `js.*` of a JavaScript timer on the same ' +
      'spans. Own cpu, all cpu and samples are means over the spans, `cpu max` and memory the highest of ' +
      'any. Percentages are of one core.',
    list(reading),
    '## The machine',
    facts(machineFacts()),
    '## The sampler in the service',
    facts(samplerFacts(health)),
  ]
  return `${parts.join('\n\n')}\n`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

function facts(pairs: readonly [string, string][]): string {
  return list(pairs.map(([name, value]) => `${name}: ${value}`))
}
