import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Histogram } from '@opentelemetry/sdk-metrics'
import { createMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { buckets } from '../dist/metrics/buckets.js'
import type { HistogramName } from '../dist/metrics/table.js'
import { burn, hostCpuMs, switchesOf, threads } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'
import { instrumentation, newMetering, newTracing, type Reader } from './helpers/metering'
import { sum } from './helpers/numbers'
import { oneOfThree } from './helpers/rounds'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { Staircase } from './helpers/staircase'

// What the metrics say, against what is known otherwise.

beforeAll(settle)

describe('the process', () => {
  test('its mean CPU is what its threads used', oneOfThree, async () => {
    const { provider, reader } = newMetering()
    await reader.metrics()
    const now = () => ({ timeMs: performance.now(), cpuMs: hostCpuMs() })
    const before = now()
    instrumentation({ meterProvider: provider })
    const began = now()
    burn(300)
    await sleep(500)
    // Around the reading, as around the beginning, a busy machine may keep this program waiting.
    const reads = now()
    const value = await reader.value('spanmeter.process.cpu.avg')
    const after = now()
    const inside = (100 * (reads.cpuMs - began.cpuMs)) / (after.timeMs - before.timeMs)
    const around = (100 * (after.cpuMs - before.cpuMs)) / (reads.timeMs - began.timeMs)
    expectBetween(5, value, inside, around)
  })

  test('its CPU time, context switches and threads are those of the kernel', async () => {
    const { provider, reader } = newMetering()
    instrumentation({ meterProvider: provider })
    const truth = () => ({
      cpu: sum(Object.values(process.cpuUsage())) / 1e6,
      voluntary: sum(threads().map(({ tid }) => switchesOf(tid).voluntary)),
      threads: Number(/^Threads:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]),
    })
    const reported = async () => ({
      cpu: sum(Object.values(await reader.values('process.cpu.time'))),
      voluntary: (await reader.values('process.context_switches')).voluntary!,
      threads: await reader.value('process.thread.count'),
    })
    // Compilers and whatever else runs the first time.
    await reported()
    // The sampler goes on meanwhile: what it adds between two readings is within the truth from before the first to
    // after the second.
    const first = [truth(), await reported(), truth()] as const
    for (let i = 0; i < 100; i++) {
      burn(1)
      await sleep(3)
    }
    const last = [truth(), await reported(), truth()] as const
    expect(last[1].threads).toBe(last[2].threads)
    for (const name of ['voluntary', 'cpu'] as const) {
      const [inside, around] = [last[0][name] - first[2][name], last[2][name] - first[0][name]]
      expectBetween(10, last[1][name] - first[1][name], inside, around)
    }
    expect(last[1].cpu - first[1].cpu).toBeGreaterThan(0.1)
  })

  test('a short spike of memory is reported to each reader, and none takes it from another', async () => {
    const { provider, readers } = newMetering(2)
    using monitor = createMonitor({ periodMs: 10, whenIdle: 'sample' })
    instrumentation({ meterProvider: provider, monitor })
    const mebibyte = 2 ** 20
    for (const reader of readers) await reader.metrics()
    const stairs = new Staircase(128 * mebibyte)
    stairs.step(128 * mebibyte)
    await sampled(monitor, 5)
    stairs.step(-128 * mebibyte)
    // Until then the last sample is one of the spike, or of when it was half given back.
    await sampled(monitor, 5)
    const reported = async (reader: Reader) => {
      return (await reader.value('spanmeter.process.memory.max')) - (await reader.value('process.memory.usage'))
    }
    for (const reader of [...readers, ...readers]) expect(await reported(reader)).toBeGreaterThan(100 * mebibyte)
  })
})

test('tracing that does nothing costs nothing', async () => {
  const { provider, reader } = newMetering()
  instrumentation({ meterProvider: provider })
  expect(await reader.values('spanmeter.tracing.cpu.overhead')).toEqual({})
  newTracing()
  await reader.metrics()
  await sleep(200)
  expect(await reader.value('spanmeter.tracing.cpu.overhead')).toBeLessThan(0.1)
  expect(sum(Object.values(await reader.values('spanmeter.tracing.cpu.time')))).toBeLessThan(0.001)
  const usage = await reader.values('spanmeter.tracing.memory.usage')
  expect(usage).toEqual({ queue: 0, export: 0, sampler: await reader.value('spanmeter.sampler.memory.usage') })
  expect(await reader.value('spanmeter.tracing.memory.overhead')).toBe(usage.sampler)
})

describe('what spans cost', () => {
  interface Sum {
    count: number
    sum: number
    bounds: readonly number[]
  }

  const names = {
    'spanmeter.span.cpu.time': ['resource.cpu.time_ms', 1e-3],
    'spanmeter.span.cpu.self': ['resource.cpu.self_ms', 1e-3],
    'spanmeter.span.cpu.wait': ['resource.cpu.wait_ms', 1e-3],
    'spanmeter.span.memory.max': ['resource.memory.max_mb', 2 ** 20],
  } as const satisfies Record<HistogramName, unknown>

  /** By the name of the spans. */
  async function sums(reader: Reader, name: HistogramName): Promise<Map<unknown, Sum>> {
    const points = (await reader.metrics()).get(name)?.dataPoints ?? []
    return new Map(
      points.map(({ attributes, value }) => {
        const { count, sum: total, buckets } = value as Histogram
        expect(sum(buckets.counts)).toBe(count)
        return [attributes['span.name'] ?? attributes, { count, sum: total!, bounds: buckets.boundaries }]
      }),
    )
  }

  test('is, by their names, what their attributes say', async () => {
    const { provider, reader } = newMetering()
    instrumentation({ meterProvider: provider })
    const tracing = newTracing()
    const tracer = tracing.provider.getTracer('test')
    for (const [i, name] of ['GET /', 'GET /', 'SELECT', 'GET /', 'SELECT'].entries()) {
      tracer.startActiveSpan(name, (span) => {
        burn(2 + i)
        span.end()
      })
      await sleep(2)
    }
    for (const [metric, [attribute, unit]] of Object.entries(names) as [HistogramName, [string, number]][]) {
      const reported = await sums(reader, metric)
      expect([...reported.keys()], metric).toEqual(['GET /', 'SELECT'])
      for (const [name, { count, sum: total, bounds }] of reported) {
        const spans = tracing.exported.filter((span) => span.name === name && attribute in span.attributes)
        const values = spans.map((span) => span.attributes[attribute] as number)
        expect(count, metric).toBe(values.length)
        expect(total / unit, metric).toBeCloseTo(sum(values), 1)
        expect(bounds, metric).toEqual(buckets[metric])
      }
    }
  })

  test('has boundaries from 0.1 ms to 10 s and from 16 MiB to 16 GiB, which rise', () => {
    for (const [name, bounds] of Object.entries(buckets)) {
      const [first, last] = name.includes('memory') ? [2 ** 24, 2 ** 34] : [1e-4, 10]
      expect([bounds[0], bounds.at(-1)], name).toEqual([first, last])
      expect(bounds, name).toEqual([...new Set(bounds)].sort((a, b) => a - b))
    }
  })

  test('is of so many names, and of all others together', async () => {
    const { provider, reader } = newMetering()
    instrumentation({ meterProvider: provider, maxSpanNames: 3 })
    const { provider: tracing } = newTracing()
    const hostile = 'x\n'.repeat(5000)
    const spans = [hostile, 'a', `${hostile}y`, ...Array.from({ length: 2000 }, (_, i) => `GET /${i}`), 'a', '']
    for (const name of spans) tracing.getTracer('test').startSpan(name).end()
    // What a span ran itself is always known, what the process did only where the sampler got to run.
    const reported = await sums(reader, 'spanmeter.span.cpu.self')
    expect([...reported].map(([name, { count }]) => [name, count])).toEqual([
      [`${hostile.slice(0, 200)}…`, 2],
      ['a', 2],
      ['GET /0', 1],
      [{ 'otel.metric.overflow': true }, 2000],
    ])
  })

  test('is not recorded any more when the metrics are disabled', async () => {
    const { provider, reader } = newMetering()
    const made = instrumentation({ meterProvider: provider })
    const { provider: tracing } = newTracing()
    const count = async () => (await sums(reader, 'spanmeter.span.cpu.self')).get('work')?.count
    const work = () => tracing.getTracer('test').startSpan('work').end()
    work()
    expect(await count()).toBe(1)
    made.disable()
    work()
    expect(await count()).toBe(1)
    made.enable()
    work()
    expect(await count()).toBe(2)
  })
})
