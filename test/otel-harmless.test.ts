import { type DiagLogger, DiagLogLevel, diag, type Span } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace-node'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Monitor } from '../dist/monitor.js'
import { burn, hostCpuMs, threads } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'
import { expectNoneOfOurs, key, trace } from './helpers/processor'
import { Tracing } from './helpers/tracing'

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
    const spanContext = { traceFlags: 1 }
    const sealed = () => ({
      name: 'work',
      spanContext: () => spanContext,
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
