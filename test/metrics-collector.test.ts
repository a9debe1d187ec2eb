import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { context, trace } from '@opentelemetry/api'
import { NodeTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CounterLog, LookBack } from '../dist/metrics/look-back.js'
import { MetricCollector, type Points } from '../dist/metrics/metric-collector.js'
import { SpanNames } from '../dist/metrics/span-names.js'
import { canThrottle, makeQuotaGroup, quotaGroup, removeQuotaGroup } from './helpers/cgroup'
import { run } from './helpers/child'
import { burn, hostCpuMs, threads } from './helpers/cpu.cjs'
import { expectWithin } from './helpers/expect'
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
  const before = samples()
  await expect.poll(samples, { interval: 10 }).toBeGreaterThan(before + 5)
  stairs.step(-bytes)
}

describe('CounterLog', () => {
  test('interpolates a counter between two entries', () => {
    const log = new CounterLog()
    expect(log.at(5)).toBe(0)
    log.push(10, 100)
    log.push(20, 300)
    log.push(40, 300)
    expect([0, 10, 15, 20, 30, 40, 99].map((time) => log.at(time))).toEqual([100, 100, 200, 300, 300, 300, 300])
  })

  test('keeps what is recent exactly and what is old nearly, however many entries there are', () => {
    const log = new CounterLog()
    const grown = (time: number) => time ** 2
    for (let time = 0; time <= 100_000; time += 10) log.push(time, grown(time))
    expect(log.at(100_000)).toBe(grown(100_000))
    for (const time of [99_995, 95_000, 50_000, 1000, 0]) {
      expect(Math.abs(log.at(time) - grown(time))).toBeLessThan(0.0002 * grown(100_000))
    }
  })
})

describe('LookBack', () => {
  test("goes back to the same reader's last collection", () => {
    const lookBack = new LookBack(60_000, 0)
    expect(lookBack.windowStart(100_000, 'a')).toBe(40_000)
    expect(lookBack.windowStart(110_000, 'b')).toBe(50_000)
    expect(lookBack.windowStart(115_000, 'a')).toBe(100_000)
    expect(lookBack.windowStart(300_000, 'b')).toBe(110_000)
  })

  test('goes back a fixed time for those without a name, and as far as none of them collected', () => {
    const lookBack = new LookBack(60_000, 0)
    expect(lookBack.windowStart(100_000, undefined)).toBe(40_000)
    expect(lookBack.windowStart(110_000, undefined)).toBe(50_000)
    expect(lookBack.windowStart(110_000, undefined)).toBe(50_000)
    // A timer of 60 s is always a bit late.
    expect(lookBack.windowStart(170_050, undefined)).toBe(110_000)
    expect(lookBack.windowStart(500_000, undefined)).toBe(170_050)
  })

  test('goes back no further than to the beginning, and not less than can be measured', () => {
    const lookBack = new LookBack(60_000, 1000)
    expect(lookBack.windowStart(1050, 'a')).toBe(1000)
    expect(lookBack.windowStart(2000, undefined)).toBe(1000)
    expect(lookBack.windowStart(90_000, 'a')).toBe(1050)
    expect(lookBack.windowStart(90_001, 'a')).toBe(89_901)
  })

  test('forgets the readers that collected longest ago', () => {
    const lookBack = new LookBack(1000, 0)
    for (let i = 0; i <= 100; i++) lookBack.windowStart(10_000 + i, `reader ${i}`)
    expect(lookBack.windowStart(50_000, 'reader 1')).toBe(10_001)
    expect(lookBack.windowStart(50_000, 'reader 0')).toBe(49_000)
  })
})

describe('SpanNames', () => {
  test('lets so many names through and no more', () => {
    const names = new SpanNames(3)
    expect(['a', 'b', 'c', 'd', 'a', 'e', 'c'].map((name) => names.labelFor(name))).toEqual([
      ...['a', 'b', 'c', undefined, 'a', undefined, 'c'],
    ])
  })

  test('cuts long ones off, and takes those for one that are the same up to there', () => {
    const names = new SpanNames(2)
    const long = 'x'.repeat(200)
    expect(names.labelFor(`${long}y`)).toBe(`${long}…`)
    expect(names.labelFor(`${long}z`)).toBe(`${long}…`)
    expect(names.labelFor(long)).toBe(long)
    expect(names.labelFor('another')).toBeUndefined()
  })

  test('takes whatever a span was named', () => {
    const names = new SpanNames(10)
    const odd = [undefined, null, 7, Symbol('x'), { toString: null }, () => {}] as unknown as string[]
    for (const name of odd) expect(names.labelFor(name)).toBeTypeOf('string')
  })

  test('holds nothing of what it cut off', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const names = new SpanNames(50)
    const body = 'x'.repeat(mebibyte)
    collect()
    const before = process.memoryUsage().heapUsed
    // A string that was concatenated and then read is one piece.
    for (let i = 0; i < 25; i++) {
      const whole = `${i}${body}`
      expect(whole.charCodeAt(whole.length - 1)).toBe(120)
      names.labelFor(whole)
      names.labelFor(whole.slice(0, 100))
    }
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5 * mebibyte)
    expect(names.labelFor(`0${body}`)).toBeDefined()
  })
})

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

  test('the mean is what the threads used since the last collection', async () => {
    const collector = newMetricCollector()
    await sleep(100)
    for (const burntMs of [300, 50]) {
      collector.collect('reader')
      const [beganMs, before] = [performance.now(), hostCpuMs()]
      burn(burntMs)
      await sleep(400)
      const truth = (100 * (hostCpuMs() - before)) / (performance.now() - beganMs)
      const points = collector.collect('reader')
      expectWithin(10, value(points, 'spanmeter.process.cpu.avg'), truth)
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
    using monitor = createMonitor({ periodMs: 2, whenIdle: 'sample' })
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
    const first = newMetricCollector({ tracing: true })
    const beganMs = performance.now()
    for (let i = 0; i < 3; i++) provider.getTracer('test').startSpan('work').end()
    const reported = first.collect()['spanmeter.tracing.cpu.time']!.reduce((sum, point) => sum + point.value, 0)
    expect(reported).toBeGreaterThan(0.29)
    const second = newMetricCollector({ tracing: true })
    await sleep(200)
    expect(value(second.collect(), 'spanmeter.tracing.cpu.overhead')).toBeLessThan(1)
    const lastsMs = performance.now() - beganMs
    const overhead = value(first.collect(), 'spanmeter.tracing.cpu.overhead')
    expectWithin(10, overhead, (100 * 1000 * reported) / lastsMs)
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
