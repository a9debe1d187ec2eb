import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { metrics } from '../dist/metrics/table.js'
import { packageRoot, run } from './helpers/child'
import { expectWithin } from './helpers/expect'
import { hasPrometheus, ifPrometheus, parseExposition, promtoolCheck } from './helpers/exposition'
import { freePort } from './helpers/ports'
import { PrometheusServer } from './helpers/prometheus'

/** What the service says of itself, by the kernel's books. */
interface Truth {
  atMs: number
  cpuMs: number
  /** Whether it had the CPU that it wanted: 70 % of a core. */
  kept: boolean
  bytes: number
  stair: number
  spans: Record<'short' | 'long', { count: number; burntMs: number }>
}

/** Of the report of the demo. */
interface Span {
  name: string
  attributes: { 'resource.cpu.self_ms': number }
}

const watchedMs = 30_000
/** In PromQL, without the start. */
const window = '20s'
const windowMs = 20_000

describe.skipIf(!hasPrometheus)(`a real Prometheus server${ifPrometheus}`, () => {
  let prometheus: PrometheusServer
  let ports: { service: number; demo: number }
  let service: ChildProcess
  let stderr = ''
  const truths: Truth[] = []

  beforeAll(async () => {
    ports = { service: await freePort(), demo: await freePort() }
    prometheus = await PrometheusServer.start(ports)
    const args = ['--import', 'spanmeter/register', join(__dirname, 'fixtures/prometheus/service.cjs')]
    const env = { ...process.env, NODE_OPTIONS: '', SPANMETER_PROMETHEUS_PORT: String(ports.service) }
    service = spawn(process.execPath, args, { cwd: packageRoot, env, stdio: 'pipe' })
    service.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    createInterface(service.stdout!).on('line', (line) => truths.push(JSON.parse(line)))
    await sleep(watchedMs)
  }, 60_000)

  afterAll(async () => {
    service?.kill()
    await prometheus?.[Symbol.asyncDispose]()
  })

  test('scraped it each second', async () => {
    expect(stderr).toBe('')
    expect(await prometheus.askOne(`min_over_time(up{job="service"}[${window}])`)).toBe(1)
    expect(await prometheus.askOne(`count_over_time(process_cpu_percent[${window}])`)).toBeGreaterThan(17)
  })

  test('has every metric with a sample, but for what only others have', async () => {
    const names = (await prometheus.ask('count by (__name__) ({job="service"})')).map(({ metric }) => metric.__name__)
    const absent = Object.values(metrics)
      .map(({ kind, prometheus }): string => (kind === 'histogram' ? `${prometheus}_bucket` : prometheus))
      .filter((name) => !names.includes(name))
    // A quota of the cgroup, an exporter, a sampler that lowers its ratio.
    const mayBe = [
      'spanmeter_cgroup_throttled_time_seconds_total',
      'tracing_export_bytes_total',
      'spanmeter_sampling_ratio',
    ]
    for (const name of absent) expect(mayBe).toContain(name)
  })

  test('shows the CPU: 70 %, or what a busy machine left of it', async () => {
    const last = truths.at(-1)!
    const first = truths.find(({ atMs }) => atMs >= last.atMs - windowMs)!
    const truth = (100 * (last.cpuMs - first.cpuMs)) / (last.atMs - first.atMs)
    const duty = first.kept && last.kept ? 70 : truth
    const gauge = await prometheus.askOne(`avg_over_time(process_cpu_percent[${window}])`, last.atMs)
    const ofProcess = `sum(rate(process_cpu_time_seconds_total[${window}]))`
    const ofSampler = `sum(rate(spanmeter_sampler_cpu_time_seconds_total[${window}]))`
    const counter = await prometheus.askOne(`100 * (${ofProcess} - ${ofSampler})`, last.atMs)
    for (const reported of [gauge, counter]) {
      expect(Math.abs(reported - truth)).toBeLessThan(2)
      expect(Math.abs(reported - duty)).toBeLessThan(2)
    }
  })

  test('shows memory, on every stair', async () => {
    // Prometheus begins some seconds late.
    const scraped = truths.filter(({ atMs }) => atMs > truths[0]!.atMs + 10_000)
    const stairs = new Set(scraped.map(({ stair }) => stair))
    expect(stairs.size).toBeGreaterThan(2)
    for (const stair of stairs) {
      // Well after the step, and after a scrape.
      const on = scraped.filter((truth) => truth.stair === stair)
      const { atMs, bytes } = on[on.length >> 1]!
      expectWithin(2, await prometheus.askOne('process_memory_bytes', atMs + 500), bytes)
      expectWithin(2, await prometheus.askOne('process_memory_peak_bytes', atMs + 500), bytes)
    }
  })

  test('shows what spans cost', async () => {
    const last = truths.at(-1)!.spans
    const bounds = { short: [0.0025, 0.005], long: [0.025, 0.05] } as const
    for (const name of ['short', 'long'] as const) {
      const of = (suffix: string) => `rate(spanmeter_span_cpu_self_seconds_${suffix}{span_name="${name}"}[${window}])`
      const quantile = await prometheus.askOne(`histogram_quantile(0.5, ${of('bucket')})`)
      expect(quantile).toBeGreaterThan(bounds[name][0])
      expect(quantile).toBeLessThanOrEqual(bounds[name][1])
      const mean = await prometheus.askOne(`${of('sum')} / ${of('count')}`)
      expectWithin(5, mean, last[name].burntMs / last[name].count / 1e3)
    }
  })

  test('sees no counter go back', async () => {
    const names = await prometheus.ask('count by (__name__) ({job="service", __name__=~".+_(total|bucket|sum|count)"})')
    expect(names.length).toBeGreaterThan(20)
    const resets = names.map(({ metric }) => prometheus.ask(`sum(resets(${metric.__name__}{job="service"}[1m])) > 0`))
    expect((await Promise.all(resets)).flat()).toEqual([])
  })

  test('has a tool that finds nothing wrong with the text', async () => {
    const text = await (await fetch(`http://127.0.0.1:${ports.service}/metrics`)).text()
    expect(parseExposition(text).size).toBe(Object.keys(metrics).length)
    expect(promtoolCheck(text)).toEqual([])
  })

  test('watches the demo', { timeout: 60_000 }, async () => {
    service.kill()
    const env = { DEMO_SECONDS: '4', SPANMETER_PROMETHEUS_PORT: String(ports.demo) }
    const { code, stdout, stderr } = await run('npm', ['run', 'demo'], env, 50_000)
    expect(code, stdout + stderr).toBe(0)
    expect(await prometheus.askOne('max_over_time(up{job="demo"}[1m])')).toBe(1)
    const blocked = '{job="demo", span_name=~".*/block"}[1m]'
    const sum = await prometheus.askOne(`max_over_time(spanmeter_span_cpu_self_seconds_sum${blocked})`)
    const count = await prometheus.askOne(`max_over_time(spanmeter_span_cpu_self_seconds_count${blocked})`)
    const spans = JSON.parse(readFileSync(join(packageRoot, 'demo-report/spans.json'), 'utf8')) as Span[]
    const own = spans
      .filter(({ name }) => name.includes('/block'))
      .map((span) => span.attributes['resource.cpu.self_ms'])
    expect(own.length).toBeGreaterThan(0)
    expect(sum / count).toBeGreaterThan(Math.min(...own) / 1e3 - 1e-6)
    expect(sum / count).toBeLessThan(Math.max(...own) / 1e3 + 1e-6)
  })
})
