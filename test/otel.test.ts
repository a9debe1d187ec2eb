import { setTimeout as sleep } from 'node:timers/promises'
import { type Attributes, context, type DiagLogger, DiagLogLevel, diag, type Span } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { SamplingDecision, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import { attachToSpan, ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Monitor } from '../dist/monitor.js'
import { names } from '../dist/otel/names.js'
import { burn, hostCpuMs, threadCpuMs, threads } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { burnUntilSampled, sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { Tracing } from './helpers/tracing'

/** On every span that was sampled. */
const always = ['cpuAvg', 'cpuMax', 'cpuMin', 'cpuTime', 'memoryAvg', 'memoryMax', 'memoryMin', 'samples'] as const
/** Where the kernel has the value, and where there is something to report. */
const sometimes = ['cpuWait', 'cpuThrottled', 'cpuSelf', 'cpuSelfAvg', 'coverage'] as const
/** Thresholds that were crossed. */
const flags = ['cpuBound', 'memoryThresholdExceeded'] as const

const flagNames = ['shared', ...flags] as const

const megabyte = 2 ** 20
const tracings: Tracing[] = []

beforeAll(settle)

function trace(options?: ResourceSpanProcessorOptions): Tracing {
  const tracing = new Tracing(new ResourceSpanProcessor(options))
  tracings.push(tracing)
  return tracing
}

afterEach(async () => {
  await Promise.all(tracings.splice(0).map(({ provider }) => provider.shutdown()))
})

const key = (name: keyof typeof names, prefix = 'resource') => `${prefix}.${names[name]}`

function expectNoneOfOurs(attributes: Attributes): void {
  expect(Object.keys(attributes).filter((name) => name.startsWith('resource.'))).toEqual([])
}

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
    const monitor = createMonitor({ backend: 'native' })
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

describe('thresholds', () => {
  /** The attributes of a span that took less than this, which takes more than one try where others take the CPU. */
  async function shorterThan(ms: number, tracing: Tracing): Promise<Attributes> {
    for (;;) {
      const attributes = await tracing.attributes(() => burn(1))
      const [seconds, nanoseconds] = tracing.exported.at(-1)!.duration
      if (seconds * 1e3 + nanoseconds / 1e6 < ms) return attributes
    }
  }

  test('flags are set only when they are crossed', async () => {
    const crossed = await trace({ cpuThreshold: 1, memoryThresholdMb: 1 }).attributes(() => burn(30))
    for (const flag of flags) expect(crossed[key(flag)]).toBe(true)
    const notCrossed = await trace({ cpuThreshold: 1e5, memoryThresholdMb: 1e6 }).attributes(() => burn(30))
    for (const flag of flags) expect(notCrossed).not.toHaveProperty([key(flag)])
  })

  test('without a memory threshold there is no memory flag', async () => {
    const attributes = await trace().attributes(() => burn(5))
    expect(attributes).not.toHaveProperty([key('memoryThresholdExceeded')])
  })

  test('shorter spans than minDurationMs get nothing', async () => {
    const tracing = trace({ minDurationMs: 40 })
    expectNoneOfOurs(await shorterThan(40, tracing))
    const long = await tracing.attributes(() => sleep(60))
    expect(long[key('cpuTime')]).toEqual(expect.any(Number))
  })

  test("when: 'notable' writes onto spans that crossed a threshold only", async () => {
    expectNoneOfOurs(await trace({ when: 'notable', cpuThreshold: 1e5 }).attributes(() => burn(20)))
    const byCpu = await trace({ when: 'notable', cpuThreshold: 1 }).attributes(() => burn(20))
    expect(byCpu[key('cpuBound')]).toBe(true)
    const byMemory = await trace({ when: 'notable', cpuThreshold: 1e5, memoryThresholdMb: 1 }).attributes(() => burn(1))
    expect(byMemory[key('memoryThresholdExceeded')]).toBe(true)
  })

  test("when: 'notable' with minDurationMs writes onto the long ones too", async () => {
    const tracing = trace({ when: 'notable', cpuThreshold: 1e5, minDurationMs: 40 })
    expectNoneOfOurs(await shorterThan(40, tracing))
    const long = await tracing.attributes(() => sleep(60))
    expect(long[key('cpuTime')]).toEqual(expect.any(Number))
  })
})

describe('times of its own', () => {
  // The application does 60 ms of work in the middle of a window that the spans are given afterwards.
  let monitor: ResourceMonitor
  let startMs: number
  let endMs: number
  let usedMs: number
  let aroundMs: number
  let laterMs: number
  let before: number
  const epoch = (ms: number) => performance.timeOrigin + ms

  // Samples lie between the work and the ends of the window, as CPU seems to be used evenly between two of them.
  beforeEach(async () => {
    monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
    await sampled(monitor)
    before = hostCpuMs()
    startMs = performance.now()
    await sleep(20)
    await sampled(monitor, 20)
    usedMs = burn(60)
    await sleep(20)
    await sampled(monitor)
    endMs = performance.now()
    aroundMs = hostCpuMs() - before
    await sampled(monitor)
    laterMs = burn(30) // not part of it
    await sampled(monitor)
  })
  afterEach(() => monitor[Symbol.dispose]())

  const forms: [string, (ms: number) => Date | number | [number, number]][] = [
    ['dates', (ms) => new Date(epoch(ms))],
    ['milliseconds since the epoch', (ms) => epoch(ms)],
    ['performance.now()', (ms) => ms],
    ['seconds and nanoseconds', (ms) => [Math.floor(epoch(ms) / 1e3), Math.floor((epoch(ms) % 1e3) * 1e6)]],
  ]
  test.each(forms)('a span of the past, in %s', async (_, form) => {
    const tracing = trace({ monitor })
    const span = tracing.start({ startTime: form(startMs) })
    span.end(form(endMs))
    const { attributes } = tracing.exported[0]!
    expectBetween(15, attributes[key('cpuTime')] as number, usedMs, aroundMs)
    expect(attributes[key('samples')]).toBeGreaterThan(20)
  })

  test('a start in the past and an end now', async () => {
    const tracing = trace({ monitor })
    const attributes = await tracing.attributes(() => {}, { startTime: new Date(epoch(startMs)) })
    expectBetween(15, attributes[key('cpuTime')] as number, usedMs + laterMs, hostCpuMs() - before)
  })

  test('an end before now', async () => {
    const tracing = trace({ monitor })
    const before = hostCpuMs()
    const span = tracing.start()
    const inside = burn(30)
    await sampled(monitor)
    const end = performance.now()
    const around = hostCpuMs() - before
    await sampled(monitor)
    burn(40)
    await sampled(monitor)
    span.end(new Date(epoch(end)))
    expectBetween(5, tracing.exported[0]!.attributes[key('cpuTime')] as number, inside, around)
  })

  test('an end before the start', () => {
    const tracing = trace({ monitor })
    const span = tracing.start({ startTime: new Date(epoch(endMs)) })
    span.end(new Date(epoch(startMs)))
    for (const value of Object.values(tracing.exported[0]!.attributes)) {
      if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite)
    }
  })

  test('times of which nothing is known get no invented numbers', () => {
    const tracing = trace({ monitor })
    for (const startTime of [new Date(0), new Date(Date.now() + 1e7)]) {
      const span = tracing.start({ startTime })
      span.end(new Date(startTime.getTime() + 100))
      const { attributes } = tracing.exported.at(-1)!
      expect(attributes).toEqual({ [key('samples')]: 0, [key('coverage')]: 0 })
    }
  })

  // Another processor takes its time; so may another process that runs instead.
  test.each(['native', 'js'] as const)('a span that is announced late has none (%s)', async (backend) => {
    using monitor = createMonitor({ backend })
    const tracing = trace({ monitor })
    const announce = tracing.processor.onStart.bind(tracing.processor)
    let before = 0
    tracing.processor.onStart = (span, parent) => {
      burn(20)
      before = hostCpuMs()
      announce(span, parent)
    }
    let inside = 0
    const attributes = await tracing.attributes(() => {
      inside = burn(30)
    })
    expectBetween(25, attributes[key('cpuTime')] as number, inside, hostCpuMs() - before)
  })

  test('a span whose end is announced a little late has none', async () => {
    using monitor = createMonitor({ backend: 'native' })
    const tracing = trace({ monitor })
    const processor = tracing.processor as ResourceSpanProcessor
    const announce = processor.onEnding.bind(processor)
    let [inside, lateMs] = [0, 0]
    processor.onEnding = (span) => {
      const begin = performance.now()
      inside += burn(8)
      announce(span)
      lateMs = performance.now() - begin
    }
    // Once more where others took the CPU while it was announced: that is not a little.
    do {
      inside = 0
      const before = hostCpuMs()
      const attributes = await tracing.attributes(async () => {
        inside += burn(60)
        await sleep(500)
      })
      if (lateMs < 20) expectBetween(3, attributes[key('cpuTime')] as number, inside, hostCpuMs() - before)
    } while (lateMs >= 20)
  })

  test('they let the sampler park as well', async () => {
    using parking = createMonitor({ backend: 'native' })
    monitor.stop()
    const tracing = trace({ monitor: parking })
    const span = tracing.start({ startTime: new Date(epoch(startMs)) })
    span.end(new Date(epoch(endMs)))
    await expect.poll(() => parking.health().state).toBe('parked')
  })
})

/** A real monitor whose methods for spans the test replaces. */
function withSpans(replaced: Partial<Monitor>): ResourceMonitor {
  return Object.assign(createMonitor({ backend: 'js' }), replaced)
}

describe('harmless', () => {
  const logger: DiagLogger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() }
  beforeEach(() => {
    vi.clearAllMocks()
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true })
    vi.clearAllMocks()
  })
  afterEach(() => diag.disable())

  test.each([
    ['not recorded', SamplingDecision.NOT_RECORD],
    ['recorded but not sampled', SamplingDecision.RECORD],
  ])('a span that is %s costs no mark', (_, decision) => {
    const openSpan = vi.fn()
    const processor = new ResourceSpanProcessor({ monitor: withSpans({ openSpan, mark: openSpan }) })
    const tracing = new Tracing(processor, { shouldSample: () => ({ decision }), toString: () => 'test' })
    for (let i = 0; i < 10; i++) tracing.start().end()
    expect(openSpan).not.toHaveBeenCalled()
    expect(logger.warn).not.toHaveBeenCalled()
  })

  test('a span that is sampled takes one', () => {
    using monitor = createMonitor({ backend: 'js' })
    const openSpan = vi.spyOn(monitor as Monitor, 'openSpan')
    const tracing = trace({ monitor })
    tracing.start().end()
    tracing.start().end()
    expect(openSpan).toHaveBeenCalledTimes(2)
  })

  const failures: [string, Partial<Monitor>][] = [
    ['openSpan()', { openSpan: fail }],
    ['closeSpanEssentials()', { closeSpanEssentials: fail }],
  ]
  function fail(): never {
    throw new Error('from the monitor')
  }
  test.each(failures)('a monitor that throws in %s is one warning and no attributes', (_, replaced) => {
    const tracing = trace({ monitor: withSpans(replaced) })
    for (let i = 0; i < 5; i++) tracing.start({ attributes: { given: i } }).end()
    expect(tracing.exported.map(({ attributes }) => attributes)).toEqual([0, 1, 2, 3, 4].map((given) => ({ given })))
    expect(logger.warn).toHaveBeenCalledTimes(1)
    expect(vi.mocked(logger.warn).mock.calls[0]!.join(' ')).toMatch(/spanmeter.*from the monitor/)
    expect(logger.error).not.toHaveBeenCalled()
  })

  test('a logger that throws ends no span of the application', () => {
    vi.mocked(logger.warn).mockImplementationOnce(fail)
    const tracing = trace({ monitor: withSpans({ openSpan: fail }) })
    expect(() => tracing.start().end()).not.toThrow()
    expect(logger.warn).toHaveBeenCalledTimes(1)
  })

  test('a monitor that was stopped is one warning and no attributes', () => {
    using monitor = createMonitor()
    const tracing = trace({ monitor })
    monitor.stop()
    for (let i = 0; i < 3; i++) tracing.start().end()
    for (const { attributes } of tracing.exported) expectNoneOfOurs(attributes)
    expect(logger.warn).toHaveBeenCalledTimes(1)
  })

  test('a span that cannot be written to is one warning and throws nothing into the application', () => {
    using monitor = createMonitor()
    const processor = new ResourceSpanProcessor({ monitor })
    const sealed = () => ({
      name: 'work',
      spanContext: () => ({ traceFlags: 1 }),
      startTime: [Math.floor(Date.now() / 1e3), (Date.now() % 1e3) * 1e6] as const,
      duration: [0, 1e6] as const,
      attributes: Object.freeze({}),
      setAttribute: fail,
    })
    const [ending, ended] = [sealed(), sealed()]
    processor.onStart(ending)
    expect(() => processor.onEnding(ending)).not.toThrow()
    processor.onStart(ended)
    expect(() => processor.onEnd(ended)).not.toThrow()
    expect(logger.warn).toHaveBeenCalledTimes(1)
  })

  test('a span that is ended twice gets its attributes once', () => {
    const tracing = trace()
    const span = tracing.start()
    burn(5)
    span.end()
    const before = { ...tracing.exported[0]!.attributes }
    burn(5)
    span.end()
    expect(tracing.exported).toHaveLength(1)
    expect(tracing.exported[0]!.attributes).toEqual(before)
    expect(before[key('cpuTime')]).toEqual(expect.any(Number))
  })

  test('a span that the processor has not seen begin is left alone', () => {
    using monitor = createMonitor()
    const processor = new ResourceSpanProcessor({ monitor })
    const span = {
      name: 'work',
      spanContext: () => ({ traceFlags: 1 }),
      startTime: [0, 0],
      duration: [0, 0],
      attributes: {},
    } as const
    expect(() => processor.onEnd(span)).not.toThrow()
    expect(span.attributes).toEqual({})
  })
})

describe('shutdown()', () => {
  const samplerThreads = () => threads().filter(({ name }) => name === 'spanmeter')

  /** Exports go on after the shutdown of our processor alone. */
  async function endAfterShutdown(processor: ResourceSpanProcessor): Promise<Span> {
    const tracing = new Tracing(processor)
    const open = tracing.start()
    await processor.forceFlush()
    await processor.shutdown()
    open.end()
    tracing.start().end()
    expect(tracing.exported).toHaveLength(2)
    for (const { attributes } of tracing.exported) expectNoneOfOurs(attributes)
    return open
  }

  test("disposes of the processor's own monitor", async () => {
    const processor = new ResourceSpanProcessor()
    await expect.poll(samplerThreads).toHaveLength(1)
    await endAfterShutdown(processor)
    await expect.poll(samplerThreads).toEqual([])
    await processor.shutdown()
  })

  test('leaves a monitor that was passed in running, and not awake for a span that was open', async () => {
    using monitor = createMonitor({ backend: 'native' })
    await endAfterShutdown(new ResourceSpanProcessor({ monitor }))
    const before = hostCpuMs()
    const mark = monitor.mark()
    const usedMs = burn(20)
    expectBetween(20, monitor.since(mark).cpu!.timeMs, usedMs, hostCpuMs() - before)
    await expect.poll(() => monitor.health().state).toBe('parked')
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
