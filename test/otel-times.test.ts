import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import type { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'
import { key, trace } from './helpers/processor'
import { sampled } from './helpers/sampled'

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
