import { createRequire } from 'node:module'
import { openMetricsContentType, Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasPrometheus, parseExposition, promtoolCheck } from './helpers/exposition'
import { aSpan, publishSpanCost } from './helpers/span-costs'

// The text that the endpoint writes.

// The copies that the package itself uses.
const required = createRequire(__filename)
const { ResourceMetrics } = required('../dist/prometheus/resource-metrics.js') as {
  ResourceMetrics: typeof import('../dist/prometheus/resource-metrics.js').ResourceMetrics
}
const { textOf } = required('../dist/prometheus/exposition.js') as typeof import('../dist/prometheus/exposition.js')

const share = { own: { selfMs: 1, totalMs: 1, othersMs: 0 }, shared: false }
let resourceMetrics: InstanceType<typeof ResourceMetrics>

beforeEach(() => {
  resourceMetrics = new ResourceMetrics({ prefix: 'test_', windowMs: 60_000, tracing: true, maxSpanNames: 200 })
})
afterEach(() => resourceMetrics.stop())

describe.each(['text', 'openMetrics'] as const)('%s', (format) => {
  test('says what prom-client says of the same metrics', async () => {
    const register = new Registry()
    if (format === 'openMetrics') register.setContentType(openMetricsContentType as never)
    for (const metric of resourceMetrics.metrics) register.registerMetric(metric as never)
    for (const name of [
      'work',
      '',
      'a "quote", a \\ and a \\n',
      'two\nlines\r\n',
      '# HELP forged',
      'lone \ud800 half',
    ]) {
      publishSpanCost(name, aSpan, share)
    }
    const [text, theirs] = await Promise.all([textOf(resourceMetrics.metrics, format), register.metrics()])
    const ours = text.toString()
    expect(parseExposition(ours)).toEqual(parseExposition(theirs))
    expect(parseExposition(ours).size).toBe(resourceMetrics.metrics.length)
    if (format === 'text' && hasPrometheus) expect(promtoolCheck(ours)).toEqual([])
  })
})

test('is from one collection, and lets the event loop go on while it is written', async () => {
  for (let i = 0; i < 200; i++) publishSpanCost(`GET /${i}`, aSpan, share)
  let turns = 0
  let written = false
  const turn = () => {
    turns++
    publishSpanCost(`GET /${turns}`, aSpan, share)
    if (!written) setImmediate(turn)
  }
  setImmediate(turn)
  const families = parseExposition((await textOf(resourceMetrics.metrics, 'text')).toString())
  written = true
  expect(turns).toBeGreaterThan(5)
  // Each series is whole.
  const { samples } = families.get('test_spanmeter_span_cpu_time_seconds')!
  const of = (suffix: string) => samples.filter(({ name }) => name.endsWith(suffix)).map(({ value }) => value)
  const inAll = samples.filter(({ labels }) => labels.le === '+Inf').map(({ value }) => value)
  expect(of('_count')).toHaveLength(200)
  expect(inAll).toEqual(of('_count'))
})
