import { setTimeout as sleep } from 'node:timers/promises'
import { context, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { burn, threadCpuMs } from './helpers/cpu.cjs'
import { settle } from './helpers/settle'

// What a span waited behind: CPU of the thread for others while it was open. Truth: the thread's own clock.

const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor()] })
const tracer = provider.getTracer('test')

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  await settle()
  for (let i = 0; i < 100; i++) await inside(tracer.startSpan('warm'), async (span) => span.end())
})
afterAll(async () => {
  await provider.shutdown()
  context.disable()
})

function inside<T>(span: Span, work: (span: Span) => T): T {
  return context.with(trace.setSpan(context.active(), span), () => work(span))
}

function othersMs(span: Span): number {
  return (span as unknown as ReadableSpan).attributes['resource.cpu.others_ms'] as number
}

test('a request that blocks the loop is what an open one waited behind', async () => {
  let blockedMs = 0
  const before = threadCpuMs()
  const waiting = inside(tracer.startSpan('waiting'), async (span) => {
    await sleep(300)
    span.end()
    return span
  })
  await sleep(50)
  inside(tracer.startSpan('blocking'), (span) => {
    blockedMs = burn(200)
    span.end()
  })
  const others = othersMs(await waiting)
  // At least the block; at most what the thread ran in all.
  expect(others).toBeGreaterThan(blockedMs - 1)
  expect(others).toBeLessThan(Math.max(blockedMs + 4, threadCpuMs() - before))
})

test('a request that is alone waited behind next to nothing, whatever it runs itself', async () => {
  const others: number[] = []
  for (let i = 0; i < 5; i++) {
    const span = await inside(tracer.startSpan('alone'), async (span) => {
      burn(20)
      await sleep(5)
      burn(20)
      span.end()
      return span
    })
    others.push(othersMs(span))
  }
  expect(Math.min(...others)).toBeLessThan(1)
})

test('what its children run is not what a span waited behind', async () => {
  const parent = tracer.startSpan('parent')
  await inside(parent, async () => {
    const closed = tracer.startSpan('closed')
    inside(closed, () => burn(20))
    closed.end()
    inside(tracer.startSpan('open'), () => burn(20))
    parent.end()
  })
  expect(othersMs(parent)).toBeLessThan(2)
})

test('measured work has the same figure', async () => {
  using monitor = createMonitor().start()
  const measured = monitor.measure(() => sleep(100))
  await sleep(10)
  const blockedMs = burn(50)
  const { stats } = await measured
  expect(stats.self!.othersMs).toBeGreaterThan(blockedMs - 1)
  expect(stats.self!.timeMs).toBeLessThan(5)
})
