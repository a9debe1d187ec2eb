import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { context, trace } from '@opentelemetry/api'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test } from 'vitest'
import { sizeOfSpan } from '../dist/overhead/span-size.js'
import { tracingOverhead } from '../dist/overhead/tracing-overhead.js'
import { askFixture } from './helpers/child'

// The memory that tracing holds.

afterEach(() => {
  trace.disable()
  context.disable()
})

const kinds = ['bare', 'measured', 'attributes', 'many', 'events']
test.each(kinds)('spans in the queue of a batch processor, as the heap has it: %s', async (kind) => {
  const options = { nodeArgs: ['--expose-gc'], args: [kind] }
  const { grew, measured } = await askFixture<{ grew: number; measured: number }>('overhead/memory.cjs', options)
  expect(grew).toBeGreaterThan(1e7)
  expect(measured / grew).toBeGreaterThan(0.85)
  expect(measured / grew).toBeLessThan(1.15)
})

test('counts spans until the exporter is done with them', async () => {
  const finish: (() => void)[] = []
  const exporter: SpanExporter = {
    export: (_spans, done) => finish.push(() => done({ code: 0 })),
    shutdown: async () => {},
  }
  const processor = new BatchSpanProcessor(exporter, { maxExportBatchSize: 50, scheduledDelayMillis: 1e8 })
  const provider = new NodeTracerProvider({ spanProcessors: [processor] })
  provider.register()
  tracingOverhead.acquire()
  const tracer = provider.getTracer('test')
  for (let i = 0; i < 80; i++) tracer.startSpan('work').end()
  const { queuedBytes, exportingBytes } = tracingOverhead.memory()!
  expect(exportingBytes).toBeGreaterThan(50 * 300)
  expect(queuedBytes / exportingBytes).toBeCloseTo(30 / 50, 6)
  for (const done of finish) done()
  await sleep(1)
  expect(tracingOverhead.memory()).toEqual({ exportingBytes: 0, queuedBytes })
  const flushed = provider.forceFlush()
  for (const done of finish) done()
  await flushed
  expect(tracingOverhead.memory()).toEqual({ exportingBytes: 0, queuedBytes: 0 })
  tracingOverhead.release()
})

test('bytes are those of the buffer', () => {
  const body = new Uint8Array(1e6)
  const size = sizeOfSpan({ attributes: { body }, spanContext: () => ({}) })
  expect(size).toBeGreaterThan(1e6)
  expect(size).toBeLessThan(1.001e6)
})

describe('several exporters', () => {
  const batch = { maxExportBatchSize: 50, scheduledDelayMillis: 1e8 }
  const start = () => trace.getTracer('test').startSpan('work')

  function register(...exporting: SpanExporter['export'][]): SpanExporter[] {
    const exporters = exporting.map((each): SpanExporter => ({ export: each, shutdown: async () => {} }))
    const spanProcessors = exporters.map((exporter) => new BatchSpanProcessor(exporter, batch))
    new NodeTracerProvider({ spanProcessors }).register()
    return exporters
  }

  test('have each span once', () => {
    const never = () => {}
    tracingOverhead.acquire()
    register((_spans, done) => done({ code: 0 }), never, never)
    for (let i = 0; i < 49; i++) start().end()
    const waiting = tracingOverhead.memory()!
    const spanBytes = waiting.queuedBytes / 49
    expect(spanBytes).toBeGreaterThan(300)
    expect(spanBytes).toBeLessThan(1500)
    expect(waiting.exportingBytes).toBe(0)
    start().end()
    const { queuedBytes, exportingBytes } = tracingOverhead.memory()!
    expect(queuedBytes).toBe(0)
    expect(exportingBytes / spanBytes).toBeCloseTo(50, 6)
    tracingOverhead.release()
  })

  test('hold nothing that they forgot without a word', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const [exporter] = register(() => {})
    tracingOverhead.acquire()
    start().end()
    const give = () => exporter!.export([start() as unknown as ReadableSpan], () => {})
    give()
    expect(tracingOverhead.memory()!.exportingBytes).toBeGreaterThan(0)
    await sleep(1)
    collect()
    expect(tracingOverhead.memory()!.exportingBytes).toBe(0)
    tracingOverhead.release()
  })
})
