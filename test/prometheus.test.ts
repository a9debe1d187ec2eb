import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import * as promClient from 'prom-client'
import * as promClient14 from 'prom-client-14'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { collect, ourNames, scrape } from './helpers/collecting'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { hasPrometheus, ifPrometheus, parseExposition, promtoolCheck, sampleOf } from './helpers/exposition'
import { aSpan, publishSpanCost } from './helpers/span-costs'
import { Tracing } from './helpers/tracing'

const contract = [
  'process_memory_bytes',
  'process_memory_peak_bytes',
  'process_cpu_percent',
  'tracing_memory_overhead_bytes',
  'tracing_cpu_overhead_percent',
]

/** As OpenMetrics has the names of counters. */
const withoutTotal = (name: string) => name.replace(/_total$/, '')

describe('in a registry beside the default metrics', () => {
  interface Client {
    name: string
    client: typeof promClient
    contentType?: string
  }
  const clients: Client[] = [
    { name: 'prom-client 14', client: promClient14 as unknown as typeof promClient },
    { name: 'prom-client 15', client: promClient },
    { name: 'prom-client 15, OpenMetrics', client: promClient, contentType: promClient.openMetricsContentType },
  ]

  test.each(clients)('of $name', async ({ client, contentType }) => {
    const register = new client.Registry()
    if (contentType) register.setContentType(contentType as never)
    client.collectDefaultMetrics({ register })
    const others = register.getMetricsAsArray().map(({ name }) => name)
    collect({ register })
    const tracing = new Tracing(new ResourceSpanProcessor())
    tracing.provider.register()
    // Until then prom-client's own figures of the event loop are not a number.
    await tracing.attributes(() => sleep(300))
    const families = await scrape(register)
    await tracing.provider.shutdown()
    trace.disable()

    for (const name of contract) expect(sampleOf(families, name), name).toEqual(expect.any(Number))
    const names = [...families.keys()]
    for (const name of ourNames) expect(names).toContain(contentType ? withoutTotal(name) : name)
    expect(names).toHaveLength(others.length + ourNames.length)
  })

  test.skipIf(!hasPrometheus)(`names and texts are as promtool wants them${ifPrometheus}`, async () => {
    const register = new promClient.Registry()
    collect({ register })
    publishSpanCost('work', aSpan, { shared: false })
    expect(promtoolCheck(await register.metrics())).toEqual([])
  })

  test('a text after one of the other kind is right, too', async () => {
    const register = new promClient.Registry()
    collect({ register })
    const [text, openMetrics] = [promClient.prometheusContentType, promClient.openMetricsContentType] as never[]
    register.setContentType(openMetrics!)
    await register.metrics()
    register.setContentType(text!)
    expect(sampleOf(await scrape(register), 'spanmeter_sampler_samples_total')).toEqual(expect.any(Number))
    register.setContentType(openMetrics!)
    expect(sampleOf(await scrape(register), 'spanmeter_sampler_samples_total')).toEqual(expect.any(Number))
  })

  test('default labels are added, and stay with who set them', async () => {
    const register = new promClient.Registry()
    collect({ register })
    publishSpanCost('work', aSpan, { shared: false })
    register.setDefaultLabels({ app: 'shop' })
    const name = 'spanmeter_span_cpu_time_seconds_count'
    expect(sampleOf(await scrape(register), name, { app: 'shop', span_name: 'work' })).toBe(1)
    await register.getMetricsAsJSON()
    register.setDefaultLabels({})
    for (const { samples } of (await scrape(register)).values()) {
      for (const { labels } of samples) expect(labels).not.toHaveProperty('app')
    }
  })

  test('workers of a cluster are added up', async () => {
    const register = new promClient.Registry()
    collect({ register })
    publishSpanCost('work', aSpan, { shared: false })
    const both = [await register.getMetricsAsJSON(), await register.getMetricsAsJSON()]
    const families = await scrape(promClient.AggregatorRegistry.aggregate(both))
    expect(sampleOf(families, 'spanmeter_span_cpu_time_seconds_bucket', { le: '10', span_name: 'work' })).toBe(2)
    expectWithin(5, sampleOf(families, 'process_memory_bytes')!, 2 * process.memoryUsage.rss())
    expect(sampleOf(families, 'spanmeter_sampler_period_seconds')).toBeLessThan(0.1)
  })
})

describe('what it says', () => {
  test('the CPU and the peak of the last second, as the kernel has them', async () => {
    const register = new promClient.Registry()
    collect({ register, windowMs: 1000 })
    const log: { ms: number; cpuMs: number }[] = []
    const note = () => log.push({ ms: performance.now(), cpuMs: hostCpuMs() })
    /** Of the second that ends with the last entry. */
    const percent = () => {
      const last = log.at(-1)!
      const fromMs = last.ms - 1000
      const i = log.findIndex(({ ms }) => ms > fromMs)
      const [before, after] = [log[i - 1]!, log[i]!]
      const share = (fromMs - before.ms) / (after.ms - before.ms)
      return (last.cpuMs - before.cpuMs - share * (after.cpuMs - before.cpuMs)) / 10
    }
    note()
    const begin = performance.now()
    while (performance.now() < begin + 1500) {
      burn(5)
      note()
      await sleep(5)
    }
    note()
    const truth = percent()
    const text = await register.metrics()
    note()
    const families = parseExposition(text)
    // A busy machine may keep this program waiting right before the reading, or right after it.
    const truths = [truth, percent()]
    expect(sampleOf(families, 'process_cpu_percent')).toBeGreaterThan(Math.min(...truths) - 4)
    expect(sampleOf(families, 'process_cpu_percent')).toBeLessThan(Math.max(...truths) + 4)
    expect(sampleOf(families, 'process_cpu_max_percent')).toBeGreaterThan(truth)
    await sleep(1100)
    expect(sampleOf(await scrape(register), 'process_cpu_percent')).toBeLessThan(truth / 2)
  })

  test('CPU time of the process, the sampler included', async () => {
    const register = new promClient.Registry()
    collect({ register })
    const cpu = async () => {
      const families = await scrape(register)
      const all = ['user', 'system'].map((mode) => {
        return sampleOf(families, 'process_cpu_time_seconds_total', { cpu_mode: mode })!
      })
      return { process: all[0]! + all[1]!, thread: sampleOf(families, 'spanmeter_thread_cpu_time_seconds_total')! }
    }
    const before = await cpu()
    const burnt = burn(500)
    const after = await cpu()
    expectWithin(5, after.thread - before.thread, burnt / 1e3)
    expectWithin(10, after.process - before.process, burnt / 1e3)
  })

  test('memory, on every stair', async () => {
    const register = new promClient.Registry()
    collect({ register })
    const held: Buffer[] = []
    for (let stair = 0; stair < 4; stair++) {
      held.push(Buffer.alloc(64 << 20, 1))
      const resident = () => 4096 * Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1])
      const before = resident()
      const families = await scrape(register)
      // A collector may let go of some just then.
      const inside = Math.min(before, resident())
      for (const name of ['process_memory_bytes', 'process_memory_max_bytes']) {
        expectBetween(2, sampleOf(families, name)!, inside, Math.max(before, resident()))
      }
      expect(sampleOf(families, 'process_memory_max_bytes')).toBeGreaterThanOrEqual(
        sampleOf(families, 'process_memory_bytes')!,
      )
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]
      expectWithin(2, sampleOf(families, 'process_memory_peak_bytes')!, Number(peak) * 1024)
    }
  })

  test('all of it from one collection', async () => {
    const register = new promClient.Registry()
    collect({ register })
    const reading = vi.spyOn(process, 'resourceUsage')
    await register.metrics()
    expect(reading).toHaveBeenCalledTimes(1)
    await Promise.all([register.getMetricsAsJSON(), register.metrics()])
    expect(reading).toHaveBeenCalledTimes(2)
    reading.mockRestore()
  })

  test('nothing of tracing where nothing is traced', async () => {
    const families = parseExposition(await askFixture<string>('prometheus/scrape.cjs', { args: ['untraced'] }))
    for (const name of ourNames.filter((name) => /^(spanmeter_)?tracing_/.test(name))) {
      expect(families.get(name)!.samples, name).toEqual([])
    }
    expect(sampleOf(families, 'process_cpu_percent')).toEqual(expect.any(Number))
  })

  test('without the native sampler: no figure that only that has', async () => {
    const text = await askFixture<string>('prometheus/scrape.cjs', { nodeArgs: ['--no-addons'] })
    const families = parseExposition(text)
    for (const name of ['process_memory_bytes', 'process_cpu_percent', 'process_cpu_max_percent']) {
      expect(sampleOf(families, name), name).toBeGreaterThan(0)
    }
    for (const name of ['spanmeter_thread_wait_time_seconds_total', 'tracing_cpu_overhead_percent']) {
      expect(families.get(name)!.samples, name).toEqual([])
    }
    expect(families.get('spanmeter_span_cpu_self_seconds')!.samples).toEqual([])
    expect(sampleOf(families, 'spanmeter_span_cpu_time_seconds_count', { span_name: 'work' })).toBe(1)
  })
})
