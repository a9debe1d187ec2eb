import { channel } from 'node:diagnostics_channel'
import { type Span, trace } from '@opentelemetry/api'
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { describe, expect, test } from 'vitest'
import { expectBalanced, exporterOf, idle, register, tracingOverhead } from './helpers/overhead'

// Whatever goes wrong in what is measured: the application sees it as it would without, and the numbers stay right.

function fail(): never {
  throw new Error('on purpose')
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

test('who lets go inside a section leaves nothing behind', () => {
  const processor: SpanProcessor = { ...idle, onStart: () => tracingOverhead.release() }
  register({ spanProcessors: [processor] })
  trace.getTracer('test').startSpan('work')
  tracingOverhead.acquire()
  expectBalanced()
})
