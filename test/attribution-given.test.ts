import { setTimeout as sleep } from 'node:timers/promises'
import type { Span, Tracer } from '@opentelemetry/api'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownOfWindow } from '../dist/otel/own-within.js'
import { attribute, expectMs, inside, tracerWith } from './helpers/attribution'
import { burn, threadCpuMs } from './helpers/cpu.cjs'
import { burnUntilSampled, sampled } from './helpers/sampled'

// The own CPU time of spans whose start or end the application gives. Samples lie around each given moment.

let monitor: ResourceMonitor
let tracer: Tracer

beforeEach(async () => {
  monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
  tracer = tracerWith({ monitor })
  await sampled(monitor)
})
afterEach(() => monitor[Symbol.dispose]())

const epoch = (ms: number) => performance.timeOrigin + ms
const work = (cpuMs: number) => burnUntilSampled(cpuMs, monitor)

/** Works, rests until the moment that it returns, and works on; `before` and `after` are what the span itself runs. */
async function cutInTwo(span: Span, before: () => number, after: () => number) {
  const ownMs = inside(span, before)
  await sampled(monitor)
  const cut = performance.now()
  await sampled(monitor)
  inside(span, after)
  await sampled(monitor)
  return { ownMs, cut: epoch(cut) }
}

/**
 * Ends a span where it was cut. What others ran meanwhile may have been on either side, which must be less than a twentieth
 * of the window; and where the sampler had no CPU around the cut, it cannot be known: a round later it had.
 */
async function untilKnown(start: () => Span): Promise<{ span: Span; ownMs: number }> {
  for (let round = 1; ; round++) {
    const span = start()
    const { ownMs, cut } = await cutInTwo(
      span,
      () => work(150),
      () => work(120),
    )
    span.end(new Date(cut))
    if (attribute(span, 'cpu.self_ms') !== undefined || round === 20) return { span, ownMs }
  }
}

function expectNoOwnTime(span: Span): void {
  for (const name of ['cpu.self_ms', 'cpu.self_avg', 'cpu.others_ms'])
    expect(attribute(span, name), name).toBeUndefined()
  expect(attribute(span, 'cpu.time_ms')).toEqual(expect.any(Number))
}

test('what a span ran after the end that it was given is not its own', async () => {
  const { span, ownMs } = await untilKnown(() => tracer.startSpan('span'))
  expectMs(attribute(span, 'cpu.self_ms'), ownMs)
  expect(attribute(span, 'cpu.self_avg')).toBeLessThanOrEqual(105)
  expect(attribute(span, 'cpu.self_ms')).toBeLessThanOrEqual(attribute(span, 'cpu.time_ms') as number)
})

test('own time that is cut keeps its number in the record of turns', () => {
  const own = { selfMs: 5, totalMs: 6, othersMs: 1, owner: 7 }
  expect(ownOfWindow(own, { timeMs: 3 })).toEqual({ selfMs: 3, totalMs: 3, othersMs: 1, owner: 7 })
})

test('a given end after which nothing ran', async () => {
  const span = tracer.startSpan('span')
  const before = threadCpuMs()
  work(30)
  const othersMs = threadCpuMs() - before
  const ownMs = inside(span, () => work(60))
  await sampled(monitor)
  const end = new Date(epoch(performance.now()))
  await sleep(60)
  span.end(end)
  expectMs(attribute(span, 'cpu.self_ms'), ownMs)
  expect(attribute(span, 'cpu.others_ms')).toBeGreaterThan(othersMs * 0.95)
})

test('where it cannot be known on which side of a given end a span ran, it has no own time', async () => {
  const span = tracer.startSpan('span')
  work(40)
  const { cut } = await cutInTwo(
    span,
    () => work(40),
    () => work(40),
  )
  work(40)
  span.end(new Date(cut))
  expectNoOwnTime(span)
})

/** A span that was given a start before it was opened, and what it ran. */
function endedAfterGivenStart(): { span: Span; ownMs: number } {
  const startMs = performance.now()
  work(40)
  const span = tracer.startSpan('span', { startTime: new Date(epoch(startMs)) })
  const ownMs = inside(span, () => burn(30))
  span.end()
  return { span, ownMs }
}

test('a given start leaves it as it is', () => {
  const { span, ownMs } = endedAfterGivenStart()
  expectMs(attribute(span, 'cpu.self_ms'), ownMs)
})

test('the process used at least what the span ran, where samples show less', () => {
  const between = monitor.between.bind(monitor)
  monitor.between = (startMs, endMs) => {
    const stats = between(startMs, endMs)
    stats.cpu!.timeMs = stats.cpu!.avg = stats.cpu!.max = 1
    return stats
  }
  const { span, ownMs } = endedAfterGivenStart()
  expectMs(attribute(span, 'cpu.self_ms'), ownMs)
  expect(attribute(span, 'cpu.time_ms')).toBe(attribute(span, 'cpu.self_ms'))
  expect(attribute(span, 'cpu.avg')).toBeGreaterThan(1)
  expect(attribute(span, 'cpu.max')).toBe(attribute(span, 'cpu.avg'))
})

test('a given start and a given end, between which the span was opened', async () => {
  const { span, ownMs } = await untilKnown(() => {
    const startMs = performance.now()
    work(40)
    return tracer.startSpan('span', { startTime: new Date(epoch(startMs)) })
  })
  expectMs(attribute(span, 'cpu.self_ms'), ownMs)
})

test.each([
  ['just now', 0],
  ['some time ago', 30],
])('a span that is reported after the fact, which ended %s, has none', async (_, agoMs) => {
  const startTime = Date.now()
  work(40)
  const endTime = Date.now()
  await sleep(agoMs)
  const span = tracer.startSpan('span', { startTime })
  span.end(endTime)
  expectNoOwnTime(span)
})
