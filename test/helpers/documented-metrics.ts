import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './child'

/** A row of the table in docs/metrics.md, which is all that users know of a metric. */
export interface DocumentedMetric {
  /** Of OpenTelemetry. */
  name: string
  prometheus: string
  kind: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
  unit: string
  description: string
  /** What each may be, in words. */
  attributes: Readonly<Record<string, string>>
}

const page = readFileSync(join(packageRoot, 'docs/metrics.md'), 'utf8')
const [, table] = /<!-- metrics -->([\s\S]*)<!-- end of metrics -->/.exec(page)!
const [, , ...rows] = table!.trim().split('\n')

export const documentedMetrics: readonly DocumentedMetric[] = rows.map((row) => {
  const [name, prometheus, kind, unit, description, attributes] = row.slice(2, -2).replaceAll('`', '').split(' | ')
  return {
    name: name!,
    prometheus: prometheus!,
    kind: kind as DocumentedMetric['kind'],
    unit: unit!,
    description: description!.replace(/; only where it is asked for$/, ''),
    attributes: Object.fromEntries(attributes!.split('<br>').flatMap((text) => (text ? [text.split(': ')] : []))),
  }
})
