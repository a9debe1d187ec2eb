import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Span } from '@opentelemetry/api'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { Tracing } from './helpers/tracing'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** As often as it takes until spans that are still open are held weakly. */
async function collectTwice(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    collectGarbage()
    await sleep(50)
  }
}

/** Whether the sampler parks within a second, once whatever nobody holds was collected. */
async function parks(monitor: ResourceMonitor): Promise<boolean> {
  for (let i = 0; i < 20; i++) {
    collectGarbage()
    await sleep(50)
    if (monitor.health().state === 'parked') return true
  }
  return false
}

/** In a function of its own, so that nothing holds on to the spans. */
function forgetSpans(tracing: Tracing, count: number): void {
  for (let i = 0; i < count; i++) tracing.start()
}

test('spans that never end keep the sampler awake until they are collected', async () => {
  using monitor = createMonitor({ backend: 'native' })
  const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
  forgetSpans(tracing, 1000)
  collectGarbage()
  await sleep(50)
  expect(monitor.health().state).toBe('sampling')
  expect(await parks(monitor)).toBe(true)
})

test('spans that are forgotten together with their provider count for nothing any more', async () => {
  using monitor = createMonitor({ backend: 'native' })
  const forget = () => forgetSpans(new Tracing(new ResourceSpanProcessor({ monitor })), 10)
  forget()
  expect(await parks(monitor)).toBe(true)
  const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
  expect(await tracing.attributes(() => burn(5))).not.toHaveProperty(['resource.shared'])
  await tracing.processor.shutdown()
})

test('spans that are still open after several collections get their attributes', async () => {
  using monitor = createMonitor({ backend: 'native' })
  const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
  const spans = Array.from({ length: 10 }, () => tracing.start())
  const usedMs = burn(30)
  await collectTwice()
  await collectTwice()
  const late = tracing.start()
  collectGarbage()
  await sleep(50)
  for (const span of [...spans, late]) span.end()
  for (const { attributes } of tracing.exported.slice(0, 10)) {
    // The garbage collection is in it as well.
    expect(attributes['resource.cpu.time_ms']).toBeGreaterThan(usedMs * 0.95)
  }
  expect(tracing.exported[10]!.attributes).toHaveProperty(['resource.cpu.time_ms'])
  expect(await parks(monitor)).toBe(true)
})

test('after shutdown no span keeps a monitor awake that was passed in, however long it was open', async () => {
  using monitor = createMonitor({ backend: 'native' })
  const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
  const spans: Span[] = []
  for (let i = 0; i < 3; i++) {
    spans.push(tracing.start())
    await collectTwice()
  }
  spans.push(tracing.start())
  expect(monitor.health().state).toBe('sampling')
  await tracing.processor.shutdown()
  expect(await parks(monitor)).toBe(true)
  for (const span of spans) span.end()
  for (const { attributes } of tracing.exported) expect(attributes).toEqual({})
})

function toHrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1e3), (ms % 1e3) * 1e6]
}

test('spans that have one context in common get their attributes, each its own', () => {
  using monitor = createMonitor({ backend: 'native' })
  const processor = new ResourceSpanProcessor({ monitor })
  const context = { traceFlags: 1 }
  const start = () => {
    const attributes: Record<string, unknown> = {}
    const begin = performance.now()
    const span = {
      name: 'work',
      spanContext: () => context,
      startTime: toHrTime(Date.now()),
      get duration() {
        return toHrTime(performance.now() - begin)
      },
      attributes,
      setAttribute(key: string, value: unknown) {
        attributes[key] = value
      },
    }
    processor.onStart(span)
    return span
  }
  const outer = start()
  const outerMs = burn(20)
  const inner = start()
  const innerMs = burn(5)
  for (const span of [outer, inner]) {
    processor.onEnding(span)
    processor.onEnd(span)
  }
  expect(outer.attributes['resource.cpu.time_ms']).toBeGreaterThan(0.95 * (outerMs + innerMs))
  expect(inner.attributes['resource.cpu.time_ms']).toBeGreaterThan(0.95 * innerMs)
  expect(inner.attributes['resource.cpu.time_ms']).toBeLessThan(outerMs)
})

test('more spans than there is room for go without attributes, and those that have a place get them', () => {
  using monitor = createMonitor({ backend: 'native' })
  const tracing = new Tracing(new ResourceSpanProcessor({ monitor }))
  const limit = 2 ** 17
  const spans = Array.from({ length: limit + 1000 }, () => tracing.start())
  for (const span of spans) span.end()
  const attributed = tracing.exported.map(({ attributes }) => 'resource.samples' in attributes)
  expect(attributed.slice(0, limit).every((one) => one)).toBe(true)
  // A start that was delayed by a collector looks as if it was given by hand, and needs no room.
  expect(attributed.filter((one) => !one).length).toBeGreaterThan(500)
  tracing.start().end()
  expect(tracing.exported.at(-1)!.attributes).toHaveProperty(['resource.samples'])
})

test('a hundred thousand spans leave no memory behind', () => {
  using monitor = createMonitor({ backend: 'native' })
  const processor = new ResourceSpanProcessor({ monitor })
  const spanContext = { traceFlags: 1 }
  const span = {
    name: 'work',
    spanContext: () => spanContext,
    startTime: [0, 0] as [number, number],
    duration: [0, 0] as const,
    attributes: {},
    setAttribute: () => {},
  }
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      const now = Date.now()
      span.startTime[0] = Math.floor(now / 1e3)
      span.startTime[1] = (now % 1e3) * 1e6
      processor.onStart(span)
      processor.onEnding(span)
      processor.onEnd(span)
    }
  }
  run(20_000)
  collectGarbage()
  const before = process.memoryUsage()
  run(100_000)
  collectGarbage()
  const after = process.memoryUsage()
  expect(after.heapUsed - before.heapUsed).toBeLessThan(1e6)
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1e5)
})
