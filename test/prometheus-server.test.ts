import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'
import { documentedMetrics } from './helpers/documented-metrics'
import { expectBetween, expectWithin } from './helpers/expect'
import { hasPrometheus, ifPrometheus, parseExposition, promtoolCheck } from './helpers/exposition'
import { freePort } from './helpers/ports'
import { goAhead } from './helpers/priority'
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

const watchedMs = 30_000
const longerMs = 300_000
/** In PromQL, without the start. */
const window = '20s'
/** How long a sample may have been taken before it is shown. */
const stepMs = 500

describe.skipIf(!hasPrometheus)(`a real Prometheus server${ifPrometheus}`, () => {
  let prometheus: PrometheusServer
  let port: number
  let service: ChildProcess
  let stderr = ''
  const truths: Truth[] = []

  /** What was scraped in the window when it was looked at last. */
  let scraped = { up: 0, count: 0 }
  async function answered(): Promise<boolean> {
    const [up] = await prometheus.ask(`min_over_time(up{job="service"}[${window}])`)
    const [count] = await prometheus.ask(`count_over_time(process_cpu_percent[${window}])`)
    scraped = { up: up?.value ?? 0, count: count?.value ?? 0 }
    return scraped.up === 1 && scraped.count > 17
  }

  beforeAll(async () => {
    port = await freePort()
    prometheus = await PrometheusServer.start({ service: port })
    const args = ['--import', 'spanmeter/register', join(__dirname, 'fixtures/prometheus/service.cjs')]
    const env = { ...process.env, NODE_OPTIONS: '', SPANMETER_PROMETHEUS_PORT: String(port) }
    service = spawn(process.execPath, args, { cwd: packageRoot, env, stdio: 'pipe' })
    goAhead(service)
    service.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    createInterface(service.stdout!).on('line', (line) => truths.push(JSON.parse(line)))
    await sleep(watchedMs)
    // Longer where it had no CPU to answer each time within the second that Prometheus waits.
    const last = performance.now() + longerMs
    while (performance.now() < last && !(await answered())) await sleep(1000)
  })

  afterAll(async () => {
    service?.kill()
    await prometheus?.[Symbol.asyncDispose]()
  })

  /** As if it had said so at that time. */
  function truthAt(ms: number): Pick<Truth, 'cpuMs' | 'kept'> {
    const i = truths.findIndex(({ atMs }) => atMs >= ms)
    const [before, after] = [truths[i - 1]!, truths[i]!]
    const part = (ms - before.atMs) / (after.atMs - before.atMs)
    return { cpuMs: before.cpuMs + part * (after.cpuMs - before.cpuMs), kept: before.kept && after.kept }
  }

  test('scraped it each second', () => {
    expect(stderr).toBe('')
    expect(scraped.up).toBe(1)
    expect(scraped.count).toBeGreaterThan(17)
  })

  test('has every metric with a sample, but for what only others have', async () => {
    const names = (await prometheus.ask(`count by (__name__) (last_over_time({job="service"}[${window}]))`)).map(
      ({ metric }) => metric.__name__,
    )
    const absent = documentedMetrics
      .map(({ kind, prometheus }) => (kind === 'histogram' ? `${prometheus}_bucket` : prometheus))
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
    const ask = (name: string) => prometheus.askSamples(`${name}[${window}]`, truths.at(-1)!.atMs)
    const [gauge, process, sampler] = await Promise.all([
      ask('process_cpu_percent'),
      ask('process_cpu_time_seconds_total'),
      ask('spanmeter_sampler_cpu_time_seconds_total'),
    ])
    // Scrapes come late where the machine is busy. Each says what was since the one before.
    const times = [...gauge.keys()]
    const [begin, end] = [times[0]!, times.at(-1)!]
    const shares = times.slice(1).map((time, i) => (gauge.get(time)! * (time - times[i]!)) / (end - begin))
    const seconds = (of: Map<number, number>) => of.get(end)! - of.get(begin)!
    const percent = (ms: number) => (100 * ms) / (end - begin)
    const truth = percent(truthAt(end).cpuMs - truthAt(begin).cpuMs)
    const reported = [shares.reduce((sum, share) => sum + share), percent(1000 * (seconds(process) - seconds(sampler)))]
    for (const each of reported) expect(Math.abs(each - truth), `${each} of ${truth}`).toBeLessThan(2)
    const kept = truthAt(begin).kept && truthAt(end).kept
    if (kept) for (const each of reported) expect(Math.abs(each - 70), `${each} of 70`).toBeLessThan(2)
  })

  test('shows memory, on every stair', async () => {
    const ask = (name: string) => prometheus.askSamples(`${name}[${window}]`, truths.at(-1)!.atMs)
    const [seconds, memory, peak] = await Promise.all([
      ask('scrape_duration_seconds{job="service"}'),
      ask('process_memory_bytes'),
      ask('process_memory_peak_bytes'),
    ])
    const stairs = new Set<number>()
    for (const [askedMs, took] of seconds) {
      // It was read at some time from when Prometheus asked, or shortly before, until it had the answer.
      const before = truths.findLast(({ atMs }) => atMs < askedMs - stepMs)
      const after = truths.find(({ atMs }) => atMs > askedMs + 1000 * took)
      if (before === undefined || before.stair !== after?.stair) continue
      stairs.add(before.stair)
      const bounds = [before.bytes, after.bytes] as const
      for (const shown of [memory, peak]) {
        expectBetween(2, shown.get(askedMs)!, Math.min(...bounds), Math.max(...bounds))
      }
    }
    expect(stairs.size).toBeGreaterThan(2)
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
    const counters = '{job="service", __name__=~".+_(total|bucket|sum|count)"}'
    const names = await prometheus.ask(`count by (__name__) (last_over_time(${counters}[${window}]))`)
    expect(names.length).toBeGreaterThan(20)
    const resets = names.map(({ metric }) => prometheus.ask(`sum(resets(${metric.__name__}{job="service"}[1m])) > 0`))
    expect((await Promise.all(resets)).flat()).toEqual([])
  })

  test('has a tool that finds nothing wrong with the text', async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(parseExposition(text).size).toBe(documentedMetrics.length)
    expect(promtoolCheck(text)).toEqual([])
  })
})
