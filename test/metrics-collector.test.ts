import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { NodeTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MetricCollector, type Points } from '../dist/metrics/metric-collector.js'
import { canThrottle, makeQuotaGroup, quotaGroup, removeQuotaGroup } from './helpers/cgroup'
import { run } from './helpers/child'
import { burn, hostCpuMs, threads } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { oneOfThree } from './helpers/rounds'
import { settle } from './helpers/settle'
import { Staircase } from './helpers/staircase'

// What the metrics of OpenTelemetry and of Prometheus are made from.

beforeAll(settle)

const running: { stop(): void }[] = []
afterEach(() => {
  for (const each of running.splice(0)) each.stop()
  trace.disable()
  context.disable()
})

function newMetricCollector(options: Partial<ConstructorParameters<typeof MetricCollector>[0]> = {}): MetricCollector {
  const collector = new MetricCollector({ windowMs: 60_000, tracing: false, ...options })
  running.push(collector)
  return collector
}

const value = (points: Points, name: keyof Points) => points[name]![0]!.value

const mebibyte = 2 ** 20

/** Memory that is there until it has been sampled. */
async function spike(bytes: number, collector: MetricCollector): Promise<void> {
  const stairs = new Staircase(bytes)
  stairs.step(bytes)
  const samples = () => value(collector.collect('spike'), 'spanmeter.sampler.samples')
  const sampled = async () => {
    const before = samples()
    await expect.poll(samples, { interval: 10 }).toBeGreaterThan(before + 5)
  }
  await sampled()
  stairs.step(-bytes)
  // Until then the last sample is one of the spike, or of when it was half given back, with which a collection begins.
  await sampled()
}

describe('MetricCollector', () => {
  test('a spike between two collections is seen by each reader once, by those without a name for as long as the window', async () => {
    const collector = newMetricCollector({ windowMs: 1000 })
    await sleep(150)
    for (const reader of ['a', 'b']) collector.collect(reader)
    const beganMs = performance.now()
    await spike(128 * mebibyte, collector)
    const height = (reader?: string) => {
      const points = collector.collect(reader)
      return value(points, 'spanmeter.process.memory.max') - value(points, 'process.memory.usage')
    }
    for (const reader of ['a', 'b', undefined, undefined])
      expect(height(reader), reader).toBeGreaterThan(100 * mebibyte)
    await sleep(200)
    for (const reader of ['a', 'b']) expect(height(reader), reader).toBeLessThan(50 * mebibyte)
    const last = height()
    if (performance.now() - beganMs < 1000) expect(last).toBeGreaterThan(100 * mebibyte)
    await sleep(1000)
    height()
    expect(height()).toBeLessThan(50 * mebibyte)
  })

  test('the mean is what the threads used since the last collection', oneOfThree, async () => {
    const collector = newMetricCollector()
    await sleep(100)
    for (const burntMs of [300, 50]) {
      const [hostBefore, beforeMs] = [hostCpuMs(), performance.now()]
      collector.collect('reader')
      const [beganMs, hostBegan] = [performance.now(), hostCpuMs()]
      burn(burntMs)
      await sleep(400)
      const [hostEnded, endedMs] = [hostCpuMs(), performance.now()]
      const points = collector.collect('reader')
      const [afterMs, hostAfter] = [performance.now(), hostCpuMs()]
      // A collection, and finding out what the threads used, takes some itself.
      const inside = (100 * (hostEnded - hostBegan)) / (afterMs - beforeMs)
      const around = (100 * (hostAfter - hostBefore)) / (endedMs - beganMs)
      expectBetween(10, value(points, 'spanmeter.process.cpu.avg'), inside, around)
      const modes = points['process.cpu.utilization']!.map((point) => point.value)
      expect(modes).toHaveLength(2)
      for (const mode of modes) expect(mode).toBeLessThan(1)
    }
  })

  test('a collection right at the beginning has numbers', () => {
    for (let i = 0; i < 20; i++) {
      const collector = newMetricCollector()
      for (const points of Object.values(collector.collect())) {
        for (const point of points) expect(point.value).toSatisfy(Number.isFinite)
      }
    }
  })

  test("a monitor of the user's is asked and goes on", async () => {
    using monitor = createMonitor({ periodMs: 2, whenIdle: 'sample', maxOverheadPercent: 0 })
    const collector = newMetricCollector({ monitor })
    await sleep(50)
    expect(value(collector.collect(), 'spanmeter.sampler.period')).toBe(0.002)
    collector.stop()
    expect(monitor.health().state).toBe('sampling')
  })

  test('their own ends with them', async () => {
    const collector = newMetricCollector()
    await expect.poll(() => threads().map(({ name }) => name)).toContain('spanmeter')
    collector.stop()
    await expect.poll(() => threads().map(({ name }) => name)).not.toContain('spanmeter')
  })

  test('the JavaScript sampler, which has no summaries, remembers the whole window', async () => {
    const script = `
      const { MetricCollector } = require('./dist/metrics/metric-collector.js')
      const bytes = [30_000, 60_000, 3_600_000].map((windowMs) => {
        return new MetricCollector({ windowMs, tracing: false }).collect()['spanmeter.sampler.memory.usage'][0].value
      })
      console.log(JSON.stringify(bytes))
      process.exit()`
    const { stdout, stderr } = await run(process.execPath, ['--no-addons', '-e', script])
    expect(stderr).toBe('')
    const [half, whole, hour] = JSON.parse(stdout) as number[]
    expectWithin(1, whole!, 2 * half!)
    expect(hour!).toBeLessThan(2 * whole!)
  })

  test('what tracing cost before they began is not theirs', async () => {
    const sampler: Sampler = {
      shouldSample() {
        burn(100)
        return { decision: 2 }
      },
    }
    const provider = new NodeTracerProvider({ sampler })
    provider.register()
    const beforeMs = performance.now()
    const first = newMetricCollector({ tracing: true })
    const beganMs = performance.now()
    for (let i = 0; i < 3; i++) provider.getTracer('test').startSpan('work').end()
    const reported = first.collect()['spanmeter.tracing.cpu.time']!.reduce((sum, point) => sum + point.value, 0)
    expect(reported).toBeGreaterThan(0.29)
    const second = newMetricCollector({ tracing: true })
    await sleep(200)
    expect(value(second.collect(), 'spanmeter.tracing.cpu.overhead')).toBeLessThan(1)
    const endsMs = performance.now()
    const overhead = value(first.collect(), 'spanmeter.tracing.cpu.overhead')
    const percentOf = (ms: number) => (100 * 1000 * reported) / ms
    expectBetween(10, overhead, percentOf(performance.now() - beforeMs), percentOf(endsMs - beganMs))
  })
})

test.skipIf(!canThrottle)(
  'throttling adds up, however often somebody collects (needs a writable cgroup of version 1)',
  async () => {
    expect(makeQuotaGroup()).toBe(true)
    try {
      const args = [join(__dirname, 'fixtures/metrics/throttled.cjs'), quotaGroup]
      const { stdout, stderr } = await run(process.execPath, args)
      expect(stderr).toBe('')
      const { reported, truth } = JSON.parse(stdout) as { reported: number; truth: number }
      expect(truth).toBeGreaterThan(1)
      expectWithin(15, reported, truth)
    } finally {
      removeQuotaGroup()
    }
  },
)
