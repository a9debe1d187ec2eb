import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burn, threadCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { trace } from './helpers/processor'

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

const megabyte = 2 ** 20
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('with `errors: true` the event of an exception', () => {
  test('says what the span had run, what memory was, and for how long the loop was blocked', async () => {
    const tracing = trace({ errors: true, prefix: 'cost' })
    await turn()
    let [burnt, around] = [0, 0]
    const begin = performance.now()
    const beginCpu = threadCpuMs()
    const rss = tracing.provider.getTracer('test').startActiveSpan('work', (span) => {
      burnt += burn(60)
      span.recordException(new TypeError('no'))
      around = threadCpuMs() - beginCpu
      const now = process.memoryUsage.rss()
      burn(20)
      span.end()
      return now
    })
    const took = performance.now() - begin
    const [event, ...others] = tracing.exported[0]!.events
    expect(others).toEqual([])
    const { 'cost.cpu.self_ms': self, 'cost.memory.mb': memory, 'cost.loop.blocked_ms': blocked } = event!.attributes!
    expect(event!.attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'no' })
    // What runs for the first time is compiled, in the span as well.
    expectBetween(2, self as number, burnt, around)
    expectWithin(10, memory as number, rss / megabyte)
    expect(blocked).toBeGreaterThanOrEqual(60)
    expect(blocked).toBeLessThanOrEqual(took + 1000)
  })

  test('knows of a block that was over', async () => {
    const tracing = trace({ errors: true })
    await turn()
    burn(80)
    await turn()
    const span = tracing.start()
    span.recordException('no')
    span.end()
    expect(tracing.exported[0]!.events[0]!.attributes!['resource.loop.blocked_ms']).toBeGreaterThanOrEqual(80)
  })

  test('is the only one: others, and given times, are as they were', () => {
    const tracing = trace({ errors: true })
    const span = tracing.start()
    span.addEvent('cache', { hit: true })
    span.addEvent('exception', 1e12)
    span.recordException(new Error('no'), 2e12)
    span.end()
    const [cache, timed, recorded] = tracing.exported[0]!.events
    expect(cache!.attributes).toEqual({ hit: true })
    expect(timed).toMatchObject({ time: [1e9, 0] })
    expect(timed!.attributes ?? {}).toEqual({})
    expect(recorded).toMatchObject({ time: [2e9, 0], attributes: { 'exception.message': 'no' } })
    expect(recorded!.attributes).toHaveProperty(['resource.memory.mb'])
  })

  test('has what the JavaScript sampler knows', () => {
    const tracing = trace({ errors: true, monitor: createMonitor({ backend: 'js' }) })
    const span = tracing.start()
    span.recordException(new Error('no'))
    span.end()
    const ours = Object.keys(tracing.exported[0]!.events[0]!.attributes!).filter((name) => name.startsWith('resource.'))
    expect(ours).toEqual(['resource.memory.mb'])
  })
})

test('without it nothing is added, and no span has a method of its own', () => {
  const tracing = trace()
  const span = tracing.start()
  expect(Object.keys(span)).not.toContain('addEvent')
  span.recordException(new Error('no'))
  span.end()
  const names = Object.keys(tracing.exported[0]!.events[0]!.attributes!)
  expect(names.filter((name) => name.startsWith('resource.'))).toEqual([])
})

test('the option is a boolean', () => {
  expect(() => new ResourceSpanProcessor({ errors: 'yes' as never })).toThrow("errors must be a boolean, got 'yes'")
})
