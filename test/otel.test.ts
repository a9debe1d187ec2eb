import { setTimeout as sleep } from 'node:timers/promises'
import { type Attributes, context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { attachToSpan, ResourceSpanProcessor } from 'spanmeter/otel'
import { describe, expect, test } from 'vitest'
import { names } from '../dist/otel/names.js'
import { burn, hostCpuMs, threadCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { always, expectNoneOfOurs, flags, key, trace } from './helpers/processor'
import { burnUntilSampled, sampled } from './helpers/sampled'
import { Tracing } from './helpers/tracing'

/** Where the kernel has the value, and where there is something to report. */
const sometimes = ['cpuWait', 'cpuThrottled', 'cpuSelf', 'cpuSelfAvg', 'coverage'] as const

const flagNames = ['shared', ...flags] as const

const megabyte = 2 ** 20

describe('the attributes of a span', () => {
  test('the names of the default attributes are what dashboards rely on', () => {
    expect([...always, ...sometimes, ...flagNames].map((name) => key(name))).toEqual([
      'resource.cpu.avg',
      'resource.cpu.max',
      'resource.cpu.min',
      'resource.cpu.time_ms',
      'resource.memory.avg_mb',
      'resource.memory.max_mb',
      'resource.memory.min_mb',
      'resource.samples',
      'resource.cpu.wait_ms',
      'resource.cpu.throttled_ms',
      'resource.cpu.self_ms',
      'resource.cpu.self_avg',
      'resource.coverage',
      'resource.shared',
      'resource.cpu_bound',
      'resource.memory_threshold_exceeded',
    ])
  })

  test.each(['native', 'js'] as const)('the default attributes, with the true CPU time (%s)', async (backend) => {
    using monitor = createMonitor({ backend })
    const tracing = trace({ monitor, memoryThresholdMb: 1, cpuThreshold: 1 })
    let usedMs = 0
    const before = hostCpuMs()
    const attributes = await tracing.attributes(async () => {
      usedMs = burn(50)
      await sleep(50)
      await sampled(monitor)
    })

    expectBetween(20, attributes[key('cpuTime')] as number, usedMs, hostCpuMs() - before)
    expect(attributes[key('samples')]).toBeGreaterThan(0)
    expectWithin(10, attributes[key('memoryMax')] as number, process.memoryUsage.rss() / megabyte)

    for (const name of always) expect(attributes[key(name)], name).toEqual(expect.any(Number))
    for (const name of flags) expect(attributes[key(name)], name).toBe(true)
    const known = [...always, ...sometimes, ...flagNames].map((name) => key(name))
    for (const name of Object.keys(attributes)) expect(known).toContain(name)
    expect(always.length + sometimes.length).toBeLessThanOrEqual(14)

    expect(attributes[key('cpuMin')]).toBeLessThanOrEqual(attributes[key('cpuAvg')] as number)
    expect(attributes[key('cpuMax')]).toBeGreaterThanOrEqual(attributes[key('cpuAvg')] as number)
    expect(attributes[key('memoryMin')]).toBeLessThanOrEqual(attributes[key('memoryMax')] as number)
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'number') expect(value, name).toSatisfy(Number.isFinite)
    }
  })

  test('the average is the CPU time over the duration', async () => {
    const tracing = trace()
    const attributes = await tracing.attributes(async () => {
      burn(30)
      await sleep(60)
    })
    const [seconds, nanoseconds] = tracing.exported[0]!.duration
    const average = (100 * (attributes[key('cpuTime')] as number)) / (seconds * 1e3 + nanoseconds / 1e6)
    expectWithin(5, attributes[key('cpuAvg')] as number, average)
  })

  test("every name of the table with detail: 'full'", async () => {
    // Details are read at edges as far as that is affordable, and the first reading may take all there is.
    const monitor = createMonitor({ backend: 'native', maxSpanOverheadPercent: 0 })
    using _ = monitor
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    const tracing = trace({ monitor, detail: 'full', memoryThresholdMb: 1, cpuThreshold: 0 })
    const neighbour = tracing.start()
    const before = threadCpuMs()
    let usedMs = 0
    const attributes = await tracing.attributes(() => {
      usedMs = burnUntilSampled(20, monitor)
    })
    const aroundMs = threadCpuMs() - before
    neighbour.end()
    context.disable()
    const optional = ['coverage', 'cpuWait', 'cpuThrottled'] as const // where the machine has them
    const expected = Object.keys(names) as (keyof typeof names)[]
    for (const name of expected) {
      if (optional.some((one) => one === name)) continue
      expect(attributes[key(name)], name).toEqual(
        expect.any(flagNames.some((flag) => flag === name) ? Boolean : Number),
      )
    }
    const known = expected.map((name) => key(name))
    for (const name of Object.keys(attributes)) expect(known).toContain(name)
    expectBetween(20, attributes[key('threadTime')] as number, usedMs, aroundMs)
    expect(attributes[key('memoryPeak')]).toBeGreaterThanOrEqual(attributes[key('memoryMax')] as number)
  })

  test('only the default ones without it', async () => {
    const attributes = await trace().attributes(() => burn(5))
    for (const name of ['cpuP50', 'threadTime', 'memoryPeak', 'minorFaults', 'overhead', 'maxGap'] as const) {
      expect(attributes).not.toHaveProperty([key(name)])
    }
  })

  test('where the SDK keeps few attributes, the dearest are there', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    const exporter = new InMemorySpanExporter()
    const processor = new ResourceSpanProcessor({ cpuThreshold: 0, memoryThresholdMb: 1 })
    const spanProcessors = [processor, new SimpleSpanProcessor(exporter)]
    const provider = new NodeTracerProvider({ spanLimits: { attributeCountLimit: 8 }, spanProcessors })
    const tracer = provider.getTracer('test')
    const neighbour = tracer.startSpan('neighbour')
    const span = tracer.startSpan('work', { attributes: { one: 1, two: 2, three: 3 } })
    burn(5)
    span.end()
    neighbour.end()
    context.disable()
    const [{ attributes, droppedAttributesCount }] = exporter.getFinishedSpans() as [ReadableSpan]
    const dearest = ['cpuSelf', 'cpuBound', 'memoryThresholdExceeded', 'shared', 'cpuTime'] as const
    expect(Object.keys(attributes)).toEqual(['one', 'two', 'three', ...dearest.map((name) => key(name))])
    expect(droppedAttributesCount).toBeGreaterThan(0)
    void provider.shutdown()
  })

  test('names begin with the prefix that was asked for', async () => {
    const attributes = await trace({ prefix: 'app.cost' }).attributes(() => burn(5))
    expect(attributes[key('cpuTime', 'app.cost')]).toBeGreaterThan(0)
    expectNoneOfOurs(attributes)
  })

  test('the attributes of the application stay', async () => {
    const attributes = await trace().attributes((span) => span.setAttribute('user', 5), { attributes: { given: 'x' } })
    expect(attributes).toMatchObject({ user: 5, given: 'x', [key('samples')]: expect.any(Number) })
  })

  test('a span shorter than the period has a true total and says that it has no samples', async () => {
    using monitor = createMonitor({ periodMs: 500, backend: 'native' })
    const tracing = trace({ monitor })
    using mark = monitor.mark()
    expect(mark.timeMs).toBeGreaterThan(0)
    let usedMs = 0
    const before = { hostMs: hostCpuMs(), threadMs: threadCpuMs() }
    // The next one is half a second away then.
    await sampled(monitor, 0)
    const begin = threadCpuMs()
    const attributes = await tracing.attributes(() => {
      usedMs = burn(30)
    })
    const ownMs = threadCpuMs() - begin
    const othersMs = hostCpuMs() - before.hostMs - (threadCpuMs() - before.threadMs)
    expectBetween(20, attributes[key('cpuTime')] as number, usedMs, ownMs + Math.max(0, othersMs))
    expect(attributes[key('samples')]).toBe(0)
  })

  test('overlapping spans have each their own window', async () => {
    const tracing = trace()
    const began = hostCpuMs()
    const outer = tracing.start()
    const before = burn(20)
    const innerBegan = hostCpuMs()
    const inner = tracing.start()
    const within = burn(20)
    inner.end()
    const aroundInner = hostCpuMs() - innerBegan
    const after = burn(20)
    outer.end()
    const aroundOuter = hostCpuMs() - began
    const [innerMs, outerMs] = tracing.exported.map(({ attributes }) => attributes[key('cpuTime')] as number)
    expectBetween(20, innerMs!, within, aroundInner)
    expectBetween(20, outerMs!, before + within + after, aroundOuter)
  })
})

describe('an SDK without onEnding', () => {
  test('gets the attributes in onEnd', async () => {
    using monitor = createMonitor({ backend: 'native' })
    const inner = new ResourceSpanProcessor({ monitor })
    const old: SpanProcessor = {
      onStart: (span, context) => inner.onStart(span, context),
      onEnd: (span) => inner.onEnd(span),
      forceFlush: () => inner.forceFlush(),
      shutdown: () => inner.shutdown(),
    }
    const tracing = new Tracing(old)
    let usedMs = 0
    const before = hostCpuMs()
    const attributes = await tracing.attributes(() => {
      usedMs = burnUntilSampled(40, monitor)
    })
    expectBetween(20, attributes[key('cpuTime')] as number, usedMs, hostCpuMs() - before)
    for (const name of always) expect(attributes[key(name)], name).toEqual(expect.any(Number))
  })
})

describe('attachToSpan()', () => {
  test('writes by hand what the processor writes', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    const { stats } = await monitor.measure(() => burnUntilSampled(30, monitor))
    const tracing = new Tracing({ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} })
    const attributes = await tracing.attributes((span) => attachToSpan(span, stats))
    expect(attributes[key('cpuTime')]).toBeCloseTo(stats.cpu!.timeMs, 3)
    expect(attributes[key('samples')]).toBe(stats.samples)
    for (const name of always) expect(attributes[key(name)], name).toEqual(expect.any(Number))
  })

  test('knows the same options', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    const { stats } = await monitor.measure(() => burnUntilSampled(30, monitor))
    const written: Attributes = {}
    const span = { setAttributes: (attributes: Attributes) => Object.assign(written, attributes) }
    attachToSpan(span, stats, { cpuThreshold: 1, memoryThresholdMb: 1, detail: 'full', prefix: 'mine' })
    for (const flag of flags) expect(written[key(flag, 'mine')]).toBe(true)
    expect(written[key('cpuP95', 'mine')]).toBeCloseTo(stats.cpu!.p95, 2)
    expectNoneOfOurs(written)
  })

  test('of a window of which nothing is known it says so, and no more', async () => {
    using monitor = createMonitor({ backend: 'native' })
    const written: Attributes = {}
    const span = { setAttributes: (attributes: Attributes) => Object.assign(written, attributes) }
    attachToSpan(span, monitor.between(-200, -100), { cpuThreshold: 0, detail: 'full' })
    expect(written).toEqual({ [key('samples')]: 0, [key('coverage')]: 0, [key('maxGap')]: 100 })
  })
})
