import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { BatchSpanProcessor, type Sampler } from '@opentelemetry/sdk-trace-node'
import { describe, expect, test } from 'vitest'
import { expectBalanced, exporterOf, register, tracingOverhead } from './helpers/overhead'

// How many spans were started, ended and exported.

describe('spans are counted', () => {
  const start = () => trace.getTracer('test').startSpan('work')

  test('once, however often they end', () => {
    register({})
    const span = start()
    span.end()
    span.end()
    expect(tracingOverhead.read()!.spans).toMatchObject({ started: 1, ended: 1 })
  })

  test('only if they are recorded', () => {
    const decisions = [0, 1, 2]
    const sampler: Sampler = { shouldSample: () => ({ decision: decisions.shift()! }), toString: () => '' }
    register({ sampler })
    for (let i = 0; i < 3; i++) start().end()
    context.with(suppressTracing(ROOT_CONTEXT), () => start().end())
    expect(tracingOverhead.read()!.spans).toMatchObject({ started: 2, ended: 2 })
    expectBalanced()
  })

  test('once, however many exporters get them, also one from within another', async () => {
    const done = exporterOf((_spans, done) => done({ code: 0 }))
    const outer = exporterOf((spans, finished) => done.export(spans, finished))
    const provider = register({ spanProcessors: [new BatchSpanProcessor(done), new BatchSpanProcessor(outer)] })
    for (let i = 0; i < 10; i++) start().end()
    await provider.forceFlush()
    expect(tracingOverhead.read()).toMatchObject({ spans: { started: 10, exported: 10 } })
    expect(tracingOverhead.memory()).toMatchObject({ exportingBytes: 0 })
    expectBalanced()
  })

  test('of all providers, one after the other', async () => {
    for (let i = 1; i <= 3; i++) {
      const exporter = exporterOf((_spans, done) => done({ code: 0 }))
      const provider = register({ spanProcessors: [new BatchSpanProcessor(exporter)] })
      start().end()
      await provider.shutdown()
      start().end()
      expect(tracingOverhead.read()!.spans).toEqual({ started: 2 * i, ended: 2 * i, exported: i })
      trace.disable()
    }
    expectBalanced()
  })

  test('of one that was registered before anybody asked', () => {
    tracingOverhead.release()
    register({})
    const before = start()
    tracingOverhead.acquire()
    start().end()
    before.end()
    expect(tracingOverhead.read()!.spans).toMatchObject({ started: 1, ended: 2 })
  })
})
