import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'
import { type DocumentedMetric, documentedMetrics } from './helpers/documented-metrics'

// The files under examples/observability.

interface Panel {
  title: string
  targets?: { expr: string }[]
}

const folder = join(packageRoot, 'examples/observability')
const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const dashboard: { panels: Panel[] } = JSON.parse(read('dashboard.json'))
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

const promtool = '/usr/bin/promtool'
const unless = existsSync(promtool) ? '' : " (skipped: install Debian's package prometheus first)"

describe.skipIf(unless !== '')(`promtool${unless}`, () => {
  const run = (...args: string[]) => execFileSync(promtool, args, { cwd: folder, encoding: 'utf8' })

  test('accepts the alerts', () => expect(run('check', 'rules', 'alerts.yml')).toMatch(/SUCCESS: 10 rules found/))

  test('sees each alert fire and not fire', () => {
    const alerts = read('alerts.yml').match(/(?<=alert: )\w+/g)!
    const tested = read('alerts.test.yml').match(/(?<=alertname: )\w+/g)!
    expect(new Set(tested)).toEqual(new Set(alerts))
    expect(run('test', 'rules', 'alerts.test.yml')).toMatch(/SUCCESS/)
  })

  test('accepts each query of the dashboard', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
    const rules = queries.map((query, i) => ({
      record: `query:${i}`,
      expr: query.replaceAll('$__rate_interval', '1m'),
    }))
    // YAML contains JSON.
    writeFileSync(join(scratch, 'queries.yml'), JSON.stringify({ groups: [{ name: 'queries', rules }] }))
    expect(run('check', 'rules', join(scratch, 'queries.yml'))).toContain(`${queries.length} rules found`)
    rmSync(scratch, { recursive: true })
  })
})

describe('names', () => {
  const rules = read('alerts.yml').split('- alert: ').slice(1)
  const expressions = [...queries, ...rules.map((rule) => rule.slice(rule.indexOf('expr:'), rule.indexOf('for:')))]
  const known = new Map(documentedMetrics.map((metric) => [metric.prometheus, metric]))
  const used = expressions.flatMap((text) => [...text.matchAll(/\b(process|tracing|spanmeter)_\w+(?![\w"]*=)/g)])
  const names = used.map(([name]) => name).filter((name) => !/^spanmeter_(cause|tracing_component)$/.test(name))

  test.each([...new Set(names)])('%s is a metric', (name) => {
    expect(known.get(name.replace(/_(bucket|sum|count)$/, '')) ?? known.get(name)).toBeDefined()
  })

  test('the dashboard shows what is promised of it', () => {
    const shown = queries.join('\n')
    for (const name of [
      ...['process_cpu_percent', 'process_memory_bytes', 'process_memory_peak_bytes', 'tracing_cpu_overhead_percent'],
      ...['tracing_memory_overhead_bytes', 'spanmeter_thread_wait_time_seconds_total'],
      ...['spanmeter_cgroup_throttled_time_seconds_total', 'histogram_quantile(0.95', 'histogram_quantile(0.99'],
    ]) {
      expect(shown).toContain(name)
    }
  })

  test('labels are attributes of the metric', () => {
    const labels = ({ attributes }: DocumentedMetric) => Object.keys(attributes).map((key) => key.replaceAll('.', '_'))
    const all = new Set([...known.values()].flatMap(labels))
    const everywhere = new Set(['job', 'instance', 'le'])
    for (const text of expressions) {
      const inMatchers = [...text.matchAll(/(\w+)=~?"/g)].map(([, label]) => label!)
      const grouped = [...text.matchAll(/(?:by|without) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(', '))
      for (const label of [...inMatchers, ...grouped]) expect(everywhere.has(label) || all.has(label), label).toBe(true)
    }
  })
})
