import { channel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'

// Whatever goes wrong in what is measured: the application sees it as it would without, and the numbers stay right.

type Overhead = typeof import('../dist/overhead/tracing-overhead.js')

// The copies that the package itself uses.
const required = createRequire(__filename)
const { tracingOverhead } = required('../dist/overhead/tracing-overhead.js') as Overhead
const { attribution } = required(
  '../dist/span-accounts/this-thread.js',
) as typeof import('../dist/span-accounts/this-thread.js')

beforeEach(() => tracingOverhead.acquire())

afterEach(() => {
  tracingOverhead.release()
  trace.disable()
  context.disable()
})

/** CPU of tracing so far, in ms. */
const tracingMs = () => tracingOverhead.read()!.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0)

/** Nothing is still booked as tracing. */
function expectBalanced(): void {
  expect(attribution.sections.current).toBe(0)
  const before = tracingMs()
  const used = burn(20)
  expect(tracingMs() - before).toBeLessThan(0.1 * used)
}

function fail(): never {
  throw new Error('on purpose')
}

const idle: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

function exporterOf(exporting: SpanExporter['export']): SpanExporter {
  return { export: exporting, shutdown: async () => {} }
}

function register(options: ConstructorParameters<typeof NodeTracerProvider>[0]): NodeTracerProvider {
  const provider = new NodeTracerProvider(options)
  provider.register()
  return provider
}

describe('what throws', () => {
  test('a sampler', () => {
    register({ sampler: { shouldSample: fail } })
    expect(() => trace.getTracer('test').startSpan('work')).toThrow('on purpose')
    expectBalanced()
  })

  test('a processor when a span starts', () => {
    register({ spanProcessors: [{ ...idle, onStart: fail }] })
    expect(() => trace.getTracer('test').startSpan('work')).toThrow('on purpose')
    expectBalanced()
  })

  test('a processor when a span ends', () => {
    register({ spanProcessors: [{ ...idle, onEnd: fail }] })
    const span = trace.getTracer('test').startSpan('work')
    expect(() => span.end()).toThrow('on purpose')
    expectBalanced()
  })

  test('an exporter, at once or later', async () => {
    for (const exporting of [fail, () => void setTimeout(() => {}, 1).unref()]) {
      const provider = register({
        spanProcessors: [new BatchSpanProcessor(exporterOf(exporting), { exportTimeoutMillis: 20 })],
      })
      trace.getTracer('test').startSpan('work').end()
      await expect(provider.forceFlush()).rejects.toBeDefined()
      expectBalanced()
      trace.disable()
    }
  })

  test('a provider that gives no tracer', () => {
    expect(() => trace.setGlobalTracerProvider({ getTracer: fail })).not.toThrow()
    expect(tracingOverhead.read()).toBeDefined()
  })

  test('a tracer that makes no span', () => {
    class Tracer {
      startSpan(): Span {
        return undefined as unknown as Span
      }
      startActiveSpan = fail
    }
    trace.setGlobalTracerProvider({ getTracer: () => new Tracer() })
    expect(trace.getTracer('test').startSpan('work')).toBeUndefined()
    const { startSpan } = Tracer.prototype
    expect(startSpan()).toBeUndefined()
    expectBalanced()
  })
})

test('an exporter that is called without a callback', () => {
  const exporter = exporterOf((_spans, done) => done?.({ code: 0 }))
  register({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  const exporting = exporter.export as (spans?: unknown) => void
  expect(() => exporting([])).not.toThrow()
  expect(() => exporting()).not.toThrow()
  expectBalanced()
})

test('what others announce in place of sockets and requests', async () => {
  const fakes = [undefined, null, 1, {}, { socket: {} }, { request: {} }, { socket: { bytesWritten: 1 } }]
  const announce = () => {
    for (const name of ['net.client.socket', 'undici:client:sendHeaders', 'http.client.request.start']) {
      for (const fake of fakes) channel(name).publish(fake)
    }
  }
  const exporter = exporterOf((_spans, done) => {
    announce()
    done({ code: 0 })
  })
  const provider = register({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  const uncaught: unknown[] = []
  const hear = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', hear)
  trace.getTracer('test').startSpan('work').end()
  await provider.forceFlush()
  await new Promise(setImmediate)
  process.off('uncaughtException', hear)
  expect(uncaught).toEqual([])
  expect(tracingOverhead.read()!.exportedBytes).toBeUndefined()
})

test('spans that nobody may inspect, and those whose class is frozen', () => {
  class Closed {
    isRecording = fail
    end() {}
  }
  class Frozen {
    isRecording = () => true
    end() {}
  }
  Object.freeze(Frozen.prototype)
  const spans = [new Closed(), new Frozen(), new Frozen()]
  const prototype = { startSpan: () => spans.shift() as unknown as Span }
  trace.setGlobalTracerProvider({ getTracer: () => Object.create(prototype) })
  for (const each of [...spans]) {
    const span = trace.getTracer('test').startSpan('work')
    expect(span).toBe(each)
    expect(() => span.end()).not.toThrow()
  }
  expectBalanced()
})

test('what is frozen stays as it is', () => {
  const exporter = Object.freeze(exporterOf((_spans, done) => done({ code: 0 })))
  expect(() => register({ spanProcessors: [new BatchSpanProcessor(exporter)] })).not.toThrow()
  trace.getTracer('test').startSpan('work').end()
  expect(tracingOverhead.read()!.spans).toEqual({ started: 1, ended: 1, exported: 0 })
})

test('what is frozen later passes on', async () => {
  let exported = 0
  const exporter = exporterOf((_spans, done) => {
    exported++
    done({ code: 0 })
  })
  const provider = register({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  Object.freeze(exporter)
  expect(() => tracingOverhead.release()).not.toThrow()
  trace.getTracer('test').startSpan('work').end()
  await provider.forceFlush()
  expect(exported).toBe(1)
  tracingOverhead.acquire()
})

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

test('who lets go inside a section leaves nothing behind', () => {
  const processor: SpanProcessor = { ...idle, onStart: () => tracingOverhead.release() }
  register({ spanProcessors: [processor] })
  trace.getTracer('test').startSpan('work')
  tracingOverhead.acquire()
  expectBalanced()
})
