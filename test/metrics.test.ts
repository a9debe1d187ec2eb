import { DiagLogLevel, diag, type Meter, type MeterProvider, metrics } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { createMonitor } from 'spanmeter'
import { SpanmeterMetricsInstrumentation, type SpanmeterMetricsInstrumentationConfig } from 'spanmeter/metrics'
import { describe, expect, test, vi } from 'vitest'
import { tracingOverhead } from '../dist/overhead/tracing-overhead.js'
import { burn, threads } from './helpers/cpu.cjs'
import { instrumentation, type Metering, newMetering, newTracing } from './helpers/metering'

/** What is written to OpenTelemetry's own log. */
function warnings(): unknown[][] {
  const heard: unknown[][] = []
  const log = (...words: unknown[]) => heard.push(words)
  diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  return heard
}

/** Its thread is listed for a moment after it has ended, and not yet by its name when it has just begun. */
const isSampling = () => threads().some(({ name }) => name === 'spanmeter')
const isTracingMeasured = () => tracingOverhead.read() !== undefined

describe('a meter provider', () => {
  /** The one that the metrics are given. */
  function meterOf({ provider }: Metering): Meter {
    return provider.getMeter('spanmeter', new SpanmeterMetricsInstrumentation().instrumentationVersion)
  }

  /** How many are in force. */
  function callbacksOf(metering: Metering): () => number {
    const meter = meterOf(metering)
    const added = vi.spyOn(meter, 'addBatchObservableCallback')
    const removed = vi.spyOn(meter, 'removeBatchObservableCallback')
    return () => added.mock.calls.length - removed.mock.calls.length
  }

  test('is taken from the registration', async () => {
    const { provider, reader } = newMetering()
    registerInstrumentations({ meterProvider: provider, instrumentations: [instrumentation()] })
    expect(await reader.value('process.memory.usage')).toBeGreaterThan(1e7)
  })

  test('is taken from the SDK that registers its own after that, and sets it once more', async () => {
    const heard = warnings()
    const metering = newMetering()
    const callbacks = callbacksOf(metering)
    const made = instrumentation()
    registerInstrumentations({ instrumentations: [made] })
    await expect.poll(() => [isSampling(), isTracingMeasured(), callbacks()]).toEqual([false, false, 0])
    metrics.setGlobalMeterProvider(metering.provider)
    for (let i = 0; i < 2; i++) made.setMeterProvider(metrics.getMeterProvider())
    made.enable()
    expect([isTracingMeasured(), callbacks()]).toEqual([true, 1])
    expect(meterOf(metering).addBatchObservableCallback).toHaveBeenCalledTimes(1)
    expect(await metering.reader.value('process.memory.usage')).toBeGreaterThan(1e7)
    expect(heard).toEqual([])
  })

  test('that stands in for another is not taken, whatever a minifier calls it', async () => {
    const standIn = metrics.getMeterProvider()
    const name = vi.spyOn(standIn.constructor, 'name', 'get').mockReturnValue('e')
    registerInstrumentations({ meterProvider: standIn, instrumentations: [instrumentation()] })
    await expect.poll(() => [isSampling(), isTracingMeasured()]).toEqual([false, false])
    name.mockRestore()
  })

  test('that the user names is not exchanged for that of the SDK', async () => {
    const [wanted, other] = [newMetering(), newMetering()]
    const made = instrumentation({ meterProvider: wanted.provider })
    registerInstrumentations({ instrumentations: [made] })
    made.setMeterProvider(other.provider)
    expect(await wanted.reader.value('process.memory.usage')).toBeGreaterThan(1e7)
    expect((await other.reader.metrics()).size).toBe(0)
  })

  test('gives way to the next', async () => {
    const [first, second] = [newMetering(), newMetering()]
    const made = instrumentation()
    const callbacks = callbacksOf(first)
    made.setMeterProvider(first.provider)
    expect(callbacks()).toBe(1)
    made.setMeterProvider(second.provider)
    expect(callbacks()).toBe(0)
    expect((await first.reader.metrics()).size).toBe(0)
    expect(await second.reader.value('process.memory.usage')).toBeGreaterThan(1e7)
  })

  test('gets nothing while the metrics are disabled, and nothing is sampled, wrapped or hooked then', async () => {
    const metering = newMetering()
    const callbacks = callbacksOf(metering)
    const made = instrumentation({ enabled: false, meterProvider: metering.provider })
    const state = () => [isSampling(), isTracingMeasured(), callbacks()]
    await expect.poll(state).toEqual([false, false, 0])
    for (let i = 0; i < 3; i++) {
      made.enable()
      await expect.poll(state).toEqual([true, true, 1])
      made.disable()
      await expect.poll(state).toEqual([false, false, 0])
    }
    expect((await metering.reader.metrics()).size).toBe(0)
    made.setConfig({ meterProvider: metering.provider, tracing: false })
    await expect.poll(state).toEqual([true, false, 1])
    expect(await metering.reader.value('process.memory.usage')).toBeGreaterThan(1e7)
  })
})

describe('options', () => {
  test('have defaults and can be read', () => {
    const made = instrumentation({ windowMs: 5000 })
    expect(made.instrumentationName).toBe('spanmeter')
    expect(made.instrumentationVersion).toMatch(/^\d+\.\d+\.\d+/)
    const defaults = { enabled: true, tracing: true, utilization: false, maxSpanNames: 200 }
    expect(made.getConfig()).toEqual({ ...defaults, windowMs: 5000 })
  })

  test.each([
    [{ windowMs: '1' }, TypeError, "windowMs must be a number, got '1'"],
    [{ windowMs: 5 }, RangeError, 'windowMs must be between 1000 and 3600000, got 5'],
    [{ maxSpanNames: 2.5 }, TypeError, 'maxSpanNames must be a whole number, got 2.5'],
    [{ maxSpanNames: 0 }, RangeError, 'maxSpanNames must be between 1 and 2000, got 0'],
    [{ tracing: 1 }, TypeError, 'tracing must be a boolean, got 1'],
    [{ utilization: 'yes' }, TypeError, "utilization must be a boolean, got 'yes'"],
    [{ enabled: null }, undefined, ''],
    [{ meterProvider: {} }, TypeError, 'meterProvider must be an OpenTelemetry MeterProvider, got an object'],
    [{ monitor: {} }, TypeError, 'monitor must come from createMonitor(), got an object'],
    [{ window: 1 }, TypeError, "option must be one of 'enabled', 'meterProvider'"],
    [null, TypeError, 'options must be an object, got null'],
  ])('%o', (config, type, message) => {
    const make = () => instrumentation(config as SpanmeterMetricsInstrumentationConfig)
    if (type === undefined) return expect(make).not.toThrow()
    expect(make).toThrow(type)
    expect(make).toThrow(message)
    const made = instrumentation()
    expect(() => made.setConfig(config as SpanmeterMetricsInstrumentationConfig)).toThrow(message)
  })

  test('process.cpu.utilization is reported where it is asked for', async () => {
    const { provider, reader } = newMetering()
    const made = instrumentation({ meterProvider: provider })
    expect((await reader.metrics()).has('process.cpu.utilization')).toBe(false)
    made.setConfig({ meterProvider: provider, utilization: true })
    expect(Object.keys(await reader.values('process.cpu.utilization'))).toEqual(['user', 'system'])
  })

  test("a monitor of the user's is the one that is asked, and goes on", async () => {
    const { provider, reader } = newMetering()
    using monitor = createMonitor({ periodMs: 3, whenIdle: 'sample' })
    const made = instrumentation({ meterProvider: provider, monitor })
    expect(await reader.value('spanmeter.sampler.period')).toBe(0.003)
    made.disable()
    expect(monitor.health().state).toBe('sampling')
  })
})

describe('what goes wrong is one warning', () => {
  test('a monitor that was disposed of', async () => {
    const heard = warnings()
    const { provider, reader } = newMetering()
    const monitor = createMonitor()
    instrumentation({ meterProvider: provider, monitor })
    monitor[Symbol.dispose]()
    for (let i = 0; i < 3; i++) expect((await reader.metrics()).size).toBe(0)
    expect(heard).toEqual([['spanmeter: metrics are missing:', expect.objectContaining({ code: 'DISPOSED' })]])
  })

  test('a meter provider that throws', () => {
    const heard = warnings()
    const broken = (): never => {
      throw new Error('from the provider')
    }
    const { provider } = newMetering()
    const meter = provider.getMeter('spanmeter')
    const half = Object.assign(Object.create(meter), { createHistogram: broken, removeBatchObservableCallback: broken })
    for (const getMeter of [broken, () => half]) {
      const made = instrumentation()
      made.setMeterProvider({ getMeter } as MeterProvider)
      made.disable()
      expect([isTracingMeasured(), heard.length]).toEqual([false, 1])
      expect(String(heard.splice(0)[0]![1])).toContain('from the provider')
    }
    expect(() => instrumentation().setMeterProvider(null as never)).not.toThrow()
  })

  test('a histogram that throws leaves the span its attributes, whatever the log does', async () => {
    const { provider } = newMetering()
    const meter = Object.create(provider.getMeter('spanmeter'))
    const fail = (): never => {
      throw new Error('from the histogram')
    }
    meter.createHistogram = () => ({ record: fail })
    instrumentation({ meterProvider: { getMeter: () => meter } })
    const tracing = newTracing()
    const heard = vi.fn(fail)
    diag.setLogger({ error: heard, warn: heard, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
    for (let i = 0; i < 3; i++) {
      const attributes = await tracing.attributes(() => burn(1))
      expect(attributes['resource.cpu.time_ms']).toBeGreaterThan(0.5)
    }
    expect(heard).toHaveBeenCalledTimes(1)
  })
})
