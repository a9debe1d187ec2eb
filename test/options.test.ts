import { inspect } from 'node:util'
import { createMonitor, type MonitorOptions } from 'spanmeter'
import {
  attachToSpan,
  OverheadSampler,
  type OverheadSamplerOptions,
  ResourceSpanProcessor,
  type ResourceSpanProcessorOptions,
} from 'spanmeter/otel'
import { describe, expect, test } from 'vitest'
import { Tracing } from './helpers/tracing'

/** A bad input, the class of the error, and what its message must name: the option, what it got, what it expects. */
type Bad<T> = [input: T, error: typeof TypeError | typeof RangeError, message: string[]]

/** With the input in front as it shall read in the name of the test. */
function named<T>(table: readonly Bad<T>[]): [name: string, ...Bad<T>][] {
  return table.map((row) => [inspect(row[0]), ...row])
}

function expectError(call: () => unknown, error: Bad<unknown>[1], parts: string[]): void {
  let thrown: unknown
  try {
    call()
  } catch (caught) {
    thrown = caught
  }
  expect(thrown).toBeInstanceOf(error)
  for (const part of parts) expect((thrown as Error).message).toContain(part)
}

describe('createMonitor()', () => {
  const bad: Bad<unknown>[] = [
    [{ periodMs: 0 }, RangeError, ['periodMs', 'between 0.05 and 60000', 'got 0']],
    [{ periodMs: -1 }, RangeError, ['periodMs', 'between 0.05 and 60000', 'got -1']],
    [{ periodMs: 0.049 }, RangeError, ['periodMs', 'between 0.05 and 60000', 'got 0.049']],
    [{ periodMs: 1e9 }, RangeError, ['periodMs', 'between 0.05 and 60000', 'got 1000000000']],
    [{ periodMs: Number.POSITIVE_INFINITY }, RangeError, ['periodMs', 'between 0.05 and 60000', 'got Infinity']],
    [{ periodMs: Number.NaN }, TypeError, ['periodMs', 'a number', 'got NaN']],
    [{ periodMs: '1' }, TypeError, ['periodMs', 'a number', "got '1'"]],
    [{ periodMs: [1] }, TypeError, ['periodMs', 'a number', 'got an array']],
    [{ historyMs: 0.5 }, RangeError, ['historyMs', 'between 1 and', 'got 0.5']],
    [{ periodMs: 10, historyMs: 9 }, RangeError, ['historyMs', 'between 10 and', 'got 9']],
    [{ historyMs: 1e10 }, RangeError, ['historyMs', 'between 1 and', 'got 10000000000']],
    [{ historyMs: Number.NaN }, TypeError, ['historyMs', 'a number', 'got NaN']],
    [{ historyMs: {} }, TypeError, ['historyMs', 'a number', 'got an object']],
    [{ whenIdle: 'sleep' }, TypeError, ['whenIdle', "'park', 'sample'", "got 'sleep'"]],
    [{ whenIdle: true }, TypeError, ['whenIdle', "'park', 'sample'", 'got true']],
    [{ backend: 'wasm' }, TypeError, ['backend', "'auto', 'native', 'js'", "got 'wasm'"]],
    [{ sources: 'memory' }, TypeError, ['sources', 'an array', "got 'memory'"]],
    [{ sources: ['memory', 'cpu'] }, TypeError, ['sources', "'memory'", "got 'cpu'"]],
    [{ sources: [undefined] }, TypeError, ['sources', "'memory'", 'got undefined']],
    [{ period: 1 }, TypeError, ['option', "'periodMs'", "got 'period'"]],
    [{ PeriodMs: undefined }, TypeError, ['option', "'periodMs'", "got 'PeriodMs'"]],
    [null, TypeError, ['options', 'an object', 'got null']],
    [5, TypeError, ['options', 'an object', 'got 5']],
    ['native', TypeError, ['options', 'an object', "got 'native'"]],
  ]
  test.each(named(bad))('%s is refused', (_, options, error, message) => {
    expectError(() => createMonitor(options as MonitorOptions), error, message)
  })

  test.each([0.05, 1, 30_000, 60_000])('a period of %d ms needs no word on the history', (periodMs) => {
    using monitor = createMonitor({ periodMs })
    expect(monitor.health().wantedPeriodMs).toBe(periodMs)
  })

  test('shows no control characters', () => {
    const whenIdle = 'a\n\x1b[31m\x9b' as 'park'
    expect(() => createMonitor({ whenIdle })).toThrow("whenIdle must be one of 'park', 'sample', got 'a??[31m?'")
  })

  test('options that are undefined, or none at all, are the defaults', () => {
    using unnamed = createMonitor()
    using named = createMonitor({ periodMs: undefined, whenIdle: undefined, sources: undefined } as never)
    const defaults = { wantedPeriodMs: 1, historyMs: 30_000 }
    expect(unnamed.health()).toMatchObject(defaults)
    expect(named.health()).toMatchObject(defaults)
  })

  test('the longest history that is allowed is accepted', () => {
    using monitor = createMonitor({ periodMs: 1, historyMs: 2 ** 22 - 2 })
    expect(monitor.health().historyMs).toBe(2 ** 22 - 2)
  })
})

describe.each(['native', 'js'] as const)('windows of the %s monitor', (backend) => {
  const bad: Bad<[unknown, unknown]>[] = [
    [[5, 1], RangeError, ['endMs', 'before startMs (5)', 'got 1']],
    [[Number.NaN, 1], TypeError, ['startMs', 'a number', 'got NaN']],
    [[0, Number.NaN], TypeError, ['endMs', 'a number', 'got NaN']],
    [['0', 1], TypeError, ['startMs', 'a number', "got '0'"]],
    [[0, undefined], TypeError, ['endMs', 'a number', 'got undefined']],
    [[0, new Date(0)], TypeError, ['endMs', 'a number', 'got an object']],
    [[0, Number.POSITIVE_INFINITY], RangeError, ['endMs', 'between', 'got Infinity']],
    [[Number.NEGATIVE_INFINITY, 0], RangeError, ['startMs', 'between', 'got -Infinity']],
  ]
  test.each(named(bad))('between() and samples() of %s are refused', (_, [start, end], error, message) => {
    using monitor = createMonitor({ backend })
    expectError(() => monitor.between(start as number, end as number), error, message)
    expectError(() => monitor.samples(start as number, end as number), error, message)
  })

  const badPoints: Bad<unknown>[] = [
    [0, RangeError, ['maxPoints', 'between 1 and', 'got 0']],
    [-3, RangeError, ['maxPoints', 'between 1 and', 'got -3']],
    [1e8, RangeError, ['maxPoints', 'between 1 and', 'got 100000000']],
    [1.5, TypeError, ['maxPoints', 'a whole number', 'got 1.5']],
    [Number.NaN, TypeError, ['maxPoints', 'a whole number', 'got NaN']],
    ['x', TypeError, ['maxPoints', 'a whole number', "got 'x'"]],
    [null, TypeError, ['maxPoints', 'a whole number', 'got null']],
  ]
  test.each(named(badPoints))('maxPoints %s is refused', (_, maxPoints, error, message) => {
    using monitor = createMonitor({ backend })
    expectError(() => monitor.samples(0, 1, maxPoints as number), error, message)
  })
})

const badAttributeOptions: Bad<object>[] = [
  [{ cpuThreshold: -1 }, RangeError, ['cpuThreshold', 'between 0 and', 'got -1']],
  [{ cpuThreshold: Number.POSITIVE_INFINITY }, RangeError, ['cpuThreshold', 'between 0 and', 'got Infinity']],
  [{ cpuThreshold: Number.NaN }, TypeError, ['cpuThreshold', 'a number', 'got NaN']],
  [{ cpuThreshold: '80' }, TypeError, ['cpuThreshold', 'a number', "got '80'"]],
  [{ memoryThresholdMb: -1 }, RangeError, ['memoryThresholdMb', 'between 0 and', 'got -1']],
  [{ memoryThresholdMb: '512' }, TypeError, ['memoryThresholdMb', 'a number', "got '512'"]],
  [{ memoryThresholdMb: null }, TypeError, ['memoryThresholdMb', 'a number', 'got null']],
  [{ detail: 'all' }, TypeError, ['detail', "'default', 'full'", "got 'all'"]],
  [{ prefix: '' }, TypeError, ['prefix', 'a string that is not empty', "got ''"]],
  [{ prefix: 5 }, TypeError, ['prefix', 'a string that is not empty', 'got 5']],
  [{ threshold: 5 }, TypeError, ['option', "'cpuThreshold'", "got 'threshold'"]],
]

describe('new ResourceSpanProcessor()', () => {
  const bad: Bad<unknown>[] = [
    ...badAttributeOptions,
    [{ minDurationMs: -1 }, RangeError, ['minDurationMs', 'between 0 and', 'got -1']],
    [{ minDurationMs: Number.NaN }, TypeError, ['minDurationMs', 'a number', 'got NaN']],
    [{ minDurationMs: '5' }, TypeError, ['minDurationMs', 'a number', "got '5'"]],
    [{ when: 'never' }, TypeError, ['when', "'always', 'notable'", "got 'never'"]],
    [{ monitor: {} }, TypeError, ['monitor', 'createMonitor()', 'got an object']],
    [{ monitor: null }, TypeError, ['monitor', 'createMonitor()', 'got null']],
    [{ monitor: createMonitor }, TypeError, ['monitor', 'createMonitor()', 'got a function']],
    [{ periodMs: 1 }, TypeError, ['option', "'monitor'", "got 'periodMs'"]],
    [null, TypeError, ['options', 'an object', 'got null']],
    ['full', TypeError, ['options', 'an object', "got 'full'"]],
  ]
  test.each(named(bad))('%s is refused', (_, options, error, message) => {
    expectError(() => new ResourceSpanProcessor(options as ResourceSpanProcessorOptions), error, message)
  })
})

describe('new OverheadSampler()', () => {
  const bad: Bad<unknown>[] = [
    [{ budgetPercent: -1 }, RangeError, ['budgetPercent', 'between 0 and 100', 'got -1']],
    [{ budgetPercent: 101 }, RangeError, ['budgetPercent', 'between 0 and 100', 'got 101']],
    [{ budgetPercent: '2' }, TypeError, ['budgetPercent', 'a number', "got '2'"]],
    [{ minRatio: 0.2, maxRatio: 0.1 }, RangeError, ['minRatio', 'between 0 and 0.1', 'got 0.2']],
    [{ minRatio: Number.NaN }, TypeError, ['minRatio', 'a number', 'got NaN']],
    [{ maxRatio: 2 }, RangeError, ['maxRatio', 'between 0 and 1', 'got 2']],
    [{ ratio: 1 }, TypeError, ['option', "'budgetPercent'", "got 'ratio'"]],
    [null, TypeError, ['options', 'an object', 'got null']],
  ]
  test.each(named(bad))('%s is refused', (_, options, error, message) => {
    expectError(() => new OverheadSampler(options as OverheadSamplerOptions), error, message)
  })
})

describe('attachToSpan()', () => {
  test.each(named(badAttributeOptions))('%s is refused', (_, options, error, message) => {
    using monitor = createMonitor().start()
    const stats = monitor.since(monitor.mark())
    const written: unknown[] = []
    const span = { setAttributes: (attributes: object) => written.push(attributes) }
    expectError(() => attachToSpan(span, stats, options), error, message)
    expect(written).toEqual([])
  })
})

test('what others have put on Object.prototype is no option', () => {
  const polluted = Object.prototype as Record<string, unknown>
  Object.assign(polluted, { prefix: 'theirs', monitor: {}, periodMs: 0, when: 'never' })
  try {
    using monitor = createMonitor()
    const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
    tracing.start().end()
    expect(Object.keys(tracing.exported[0]!.attributes)).toContain('resource.samples')
  } finally {
    for (const name of ['prefix', 'monitor', 'periodMs', 'when']) delete polluted[name]
  }
})
