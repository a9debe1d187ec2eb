import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import * as promClient from 'prom-client'
import * as promClient14 from 'prom-client-14'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { type CollectOptions, collectResourceMetrics, type ResourceMetricsCollection } from 'spanmeter/prometheus'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { metrics } from '../dist/metrics/table.js'
import { askFixture, run } from './helpers/child'
import { burn, hostCpuMs, threads } from './helpers/cpu.cjs'
import { expectWithin } from './helpers/expect'
import { hasPrometheus, ifPrometheus, parseExposition, promtoolCheck, sampleOf } from './helpers/exposition'
import { settle } from './helpers/settle'
import { aSpan, publishSpanCost } from './helpers/span-costs'
import { TemporaryApp } from './helpers/temporary-app'
import { Tracing } from './helpers/tracing'

const ourNames = Object.values(metrics).map(({ prometheus }) => prometheus)
const contract = [
  'process_memory_bytes',
  'process_memory_peak_bytes',
  'process_cpu_percent',
  'tracing_memory_overhead_bytes',
  'tracing_cpu_overhead_percent',
]

const collections: ResourceMetricsCollection[] = []

function collect(options: CollectOptions): ResourceMetricsCollection {
  const collection = collectResourceMetrics(options)
  collections.push(collection)
  return collection
}

/** As OpenMetrics has the names of counters. */
const withoutTotal = (name: string) => name.replace(/_total$/, '')

const scrape = async (register: promClient.Registry) => parseExposition(await register.metrics())

beforeAll(settle)

afterEach(() => {
  for (const collection of collections.splice(0)) collection.stop()
})

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

describe('registration', () => {
  test('a second one is refused by the name of the metric, before anything is registered', () => {
    const register = new promClient.Registry()
    const first = collect({ register })
    const before = register.getMetricsAsArray()
    const message = /has a metric process_cpu_time_seconds_total already: .*stop\(\), or set prefix/
    expect(() => collect({ register })).toThrow(
      expect.objectContaining({ code: 'METRIC_EXISTS', message: expect.stringMatching(message) }),
    )
    expect(register.getMetricsAsArray()).toEqual(before)
    collect({ register, prefix: 'second_' })
    first.stop()
    collect({ register })
    expect(register.getMetricsAsArray()).toHaveLength(2 * ourNames.length)
  })

  test('one that meets another metric leaves nothing half there', () => {
    const register = new promClient.Registry()
    const gauge = new promClient.Gauge({ name: 'process_threads', help: 'mine', registers: [register] })
    expect(() => collect({ register })).toThrow('process_threads')
    expect(register.getMetricsAsArray()).toEqual([gauge])
  })

  test('goes to the global registry of the application by default', async () => {
    collect({ prefix: 'mine_' })
    expect(await promClient.register.getSingleMetricAsString('mine_process_memory_bytes')).toMatch(/bytes \d+$/)
  })

  test('goes to that of the application’s own copy of prom-client, if it has one', async () => {
    using app = new TemporaryApp(['tdigest', 'bintrees', 'node-gyp-build', '@opentelemetry/api'])
    app.add('prom-client-14', 'prom-client')
    app.add('prom-client', 'spanmeter/node_modules/prom-client')
    const program = app.write(`
      const { register } = require('prom-client')
      require('spanmeter/prometheus').collectResourceMetrics()
      register.metrics().then(console.log)`)
    // From elsewhere, as services are started.
    const { code, stdout, stderr } = await run(process.execPath, [program], {}, 30_000, '/')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(sampleOf(parseExposition(stdout.trimEnd().concat('\n')), 'process_memory_bytes')).toBeGreaterThan(0)
  })

  test('must be named where prom-client is not installed', async () => {
    using app = new TemporaryApp(['node-gyp-build'])
    const program = app.write(`
      try { require('spanmeter/prometheus').collectResourceMetrics() } catch (error) { console.log(String(error)) }`)
    const { stdout } = await run(process.execPath, [program], {}, 30_000, app.folder)
    expect(stdout).toBe('TypeError: register must be given where prom-client is not installed, got undefined\n')
  })

  test('stop() takes out what is ours, and ends what it needs', async () => {
    const register = new promClient.Registry()
    promClient.collectDefaultMetrics({ register })
    const others = register.getMetricsAsArray()
    const collection = collect({ register })
    const merged = promClient.Registry.merge([register, new promClient.Registry()])
    await sleep(50)
    expect(threads().some(({ name }) => name === 'spanmeter')).toBe(true)
    register.removeSingleMetric('process_cpu_percent')
    const gauge = new promClient.Gauge({ name: 'process_cpu_percent', help: 'mine', registers: [register] })
    collection.stop()
    collection.stop()
    expect(register.getMetricsAsArray()).toEqual([...others, gauge])
    expect(threads().some(({ name }) => name === 'spanmeter')).toBe(false)
    expect(sampleOf(await scrape(merged), 'process_memory_bytes')).toBeUndefined()
  })

  test('clear() and resetMetrics() do no harm', async () => {
    const register = new promClient.Registry()
    collect({ register })
    publishSpanCost('work', aSpan, { shared: false })
    const before = await scrape(register)
    register.resetMetrics()
    const after = await scrape(register)
    for (const name of ['spanmeter_sampler_samples_total', 'spanmeter_span_cpu_time_seconds_count']) {
      expect(sampleOf(after, name)).toBeGreaterThanOrEqual(sampleOf(before, name)!)
    }
    const forgotten = register.getSingleMetric('process_memory_bytes')!
    register.clear()
    expect(await register.metrics()).toBe('\n')
    collect({ register })
    expect(sampleOf(await scrape(register), 'process_memory_bytes')).toBeGreaterThan(0)
    expect(await forgotten.get()).toMatchObject({ values: [] })
  })

  test.each([
    [{ register: {} }, /^register must be a registry of prom-client, got an object$/],
    [{ register: promClient.Registry }, /^register must be a registry/],
    [{ prefix: '1_' }, /^prefix must be the beginning of a metric name.*got '1_'$/],
    [{ prefix: 'a-b' }, /^prefix must/],
    [{ windowMs: 0 }, /^windowMs must be between 1000 and/],
    [{ tracing: 'yes' }, /^tracing must be a boolean, got 'yes'$/],
    [{ maxSpanNames: 1.5 }, /^maxSpanNames must be a whole number, got 1.5$/],
    [{ labels: {} }, /^option must be one of .*'register', got 'labels'$/],
  ])('%o is refused by name', (options, message) => {
    expect(() => collect(options as never)).toThrow(message)
  })
})

describe('what it says', () => {
  test('the CPU and the peak of the last second, as the kernel has them', async () => {
    const register = new promClient.Registry()
    collect({ register, windowMs: 1000 })
    const log: { ms: number; cpuMs: number }[] = []
    const begin = performance.now()
    while (performance.now() < begin + 1500) {
      burn(5)
      log.push({ ms: performance.now(), cpuMs: hostCpuMs() })
      await sleep(5)
    }
    const families = await scrape(register)
    const last = log.at(-1)!
    const first = log.find(({ ms }) => ms >= last.ms - 1000)!
    const truth = (100 * (last.cpuMs - first.cpuMs)) / (last.ms - first.ms)
    expect(Math.abs(sampleOf(families, 'process_cpu_percent')! - truth)).toBeLessThan(4)
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
      const pages = Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1])
      const families = await scrape(register)
      for (const name of ['process_memory_bytes', 'process_memory_max_bytes']) {
        expectWithin(2, sampleOf(families, name)!, pages * 4096)
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

describe('what spans cost', () => {
  test('is in the buckets where the CPU that was burnt belongs', async () => {
    const register = new promClient.Registry()
    collect({ register })
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const tracing = new Tracing(new ResourceSpanProcessor())
    const tracer = tracing.provider.getTracer('test')
    const burnt = { short: 0, long: 0 }
    const work = (name: keyof typeof burnt, ms: number) =>
      tracer.startActiveSpan(name, (span) => {
        burnt[name] += burn(ms)
        span.end()
      })
    for (let i = 0; i < 50; i++) work('short', 3)
    for (let i = 0; i < 10; i++) work('long', 30)
    const families = await scrape(register)
    await tracing.provider.shutdown()
    context.disable()

    const self = (suffix: string, labels: Record<string, string>) => {
      return sampleOf(families, `spanmeter_span_cpu_self_seconds_${suffix}`, labels)!
    }
    const between = (name: string, low: string, high: string) => {
      return self('bucket', { span_name: name, le: high }) - self('bucket', { span_name: name, le: low })
    }
    for (const name of ['short', 'long'] as const) expectWithin(5, self('sum', { span_name: name }), burnt[name] / 1e3)
    expect(self('count', { span_name: 'short' })).toBe(50)
    expect(between('short', '0.0025', '0.005')).toBeGreaterThan(45)
    expect(between('long', '0.025', '0.05')).toBe(10)
    const memory = families.get('spanmeter_span_memory_max_bytes')!.samples.find(({ name }) => name.endsWith('_sum'))!
    expectWithin(50, memory.value / 50, process.memoryUsage.rss())
  })

  const hostile = [
    '',
    'two\nlines\r\n',
    'a "quote" and a \\ and a \\n and a {brace="x"} 1',
    '# HELP forged',
    '🔥'.repeat(150),
    `x${'🔥'.repeat(150)}`,
    'x'.repeat(10_000),
    '\u0000\u001b[31m\u2028',
    'lone \ud800 half',
    'lone \udbff half',
    '__proto__',
  ]

  test.each([
    [15, promClient],
    [14, promClient14],
  ] as const)('survives hostile names in prom-client %i', async (version, client) => {
    const register = new client.Registry()
    collect({ register: register as promClient.Registry })
    for (const name of hostile) publishSpanCost(name, aSpan, { shared: false })
    const text = Buffer.from(await register.metrics()).toString()
    const { samples } = parseExposition(text).get('spanmeter_span_cpu_time_seconds')!
    const counts = samples.filter(({ name }) => name.endsWith('_count'))
    // Both with half a pair are the same in UTF-8.
    expect(counts).toHaveLength(hostile.length - 1)
    if (hasPrometheus) expect(promtoolCheck(text)).toEqual([])
    // 14 takes a backslash before an n for a line feed.
    if (version === 14) return
    for (const { labels } of counts) {
      const name = labels.span_name!
      expect(name.length).toBeLessThanOrEqual(201)
      const start = name.replace(/[…\ufffd]+$/, '')
      expect(hostile.some((known) => Buffer.from(known).toString().startsWith(start))).toBe(true)
    }
    for (const name of hostile.slice(0, 4)) expect(counts.map(({ labels }) => labels.span_name)).toContain(name)
  })

  test('of a million names, as many as allowed have series of their own, and the rest one together', async () => {
    const register = new promClient.Registry()
    collect({ register, maxSpanNames: 20 })
    for (let i = 0; i < 1e6; i++) publishSpanCost(`GET /users/${i}`, aSpan, { shared: false })
    const text = await register.metrics()
    expect(text.length).toBeLessThan(100_000)
    const { samples } = parseExposition(text).get('spanmeter_span_cpu_time_seconds')!
    const counts = samples.filter(({ name }) => name.endsWith('_count'))
    expect(counts).toHaveLength(21)
    const overflow = counts.filter(({ labels }) => labels.otel_metric_overflow === 'true')
    expect(overflow).toEqual([{ name: counts[0]!.name, labels: { otel_metric_overflow: 'true' }, value: 1e6 - 20 }])
  })
})
