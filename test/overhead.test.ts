import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test } from 'vitest'
import { tracingOverhead } from '../dist/overhead/tracing-overhead.js'
import { askFixture } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// What tracing itself costs.

afterEach(() => {
  trace.disable()
  context.disable()
})

describe('CPU time', () => {
  interface Outcome {
    truth: Record<'start' | 'record' | 'end' | 'export' | 'self', number>
    measured: Record<string, number>
    all: number
    scopes: Record<string, number>
  }

  for (const { name, path } of nodeVersions) {
    test.skipIf(path === undefined)(`${name}: each part has what it used, and a span nothing of it`, async () => {
      const { truth, measured, all, scopes } = await askFixture<Outcome>('overhead/components.cjs', { node: path })
      for (const part of ['start', 'record', 'end', 'export', 'self'] as const) {
        expect(measured[part], part).toBeGreaterThan(0.97 * truth[part])
        // The SDK's own work beside what is burnt in it.
        expect(measured[part], part).toBeLessThan(1.03 * truth[part] + 0.02 * all)
      }
      expect(Object.values(measured).reduce((sum, ms) => sum + ms)).toBeLessThan(1.01 * all)
      expect(scopes.first! / scopes.second!).toBeCloseTo(2, 0)
      expect(scopes.first! + scopes.second!).toBeCloseTo(measured.start!, 6)
    })
  }

  test('nothing is measured where nothing is traced', () => {
    tracingOverhead.acquire()
    for (let end = performance.now() + 50; performance.now() < end; );
    expect(tracingOverhead.read()).toMatchObject({
      cpu: [],
      waiting: false,
      exportedBytes: undefined,
    })
    expect(tracingOverhead.memory()).toEqual({ queuedBytes: 0, exportingBytes: 0 })
    tracingOverhead.release()
  })

  test('more scopes than fit are one', () => {
    const provider = new NodeTracerProvider()
    provider.register()
    tracingOverhead.acquire()
    const names = ['', ...Array.from({ length: 300 }, (_, i) => `scope ${i}`)]
    for (const name of names) provider.getTracer(name).startSpan('work').end()
    const { cpu } = tracingOverhead.read()!
    const scopes = new Set(cpu.map(({ scope }) => scope))
    expect(scopes.has('')).toBe(true)
    expect(scopes.size).toBeLessThanOrEqual(102)
    expect(new Set(cpu.map(({ scope, component }) => `${component} ${scope}`)).size).toBe(cpu.length)
    tracingOverhead.release()
  })
})

describe('what is wrapped', () => {
  test('is so for as long as somebody asks', async () => {
    const exporter: SpanExporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} }
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
    provider.register()
    const span = provider.getTracer('test').startSpan('work')
    const [tracers, spans] = [provider.getTracer('test'), span].map((object) => Object.getPrototypeOf(object))
    const before = [tracers.startSpan, spans.end, exporter.export]

    tracingOverhead.acquire()
    tracingOverhead.acquire()
    provider.getTracer('test').startSpan('work').end()
    const wrapped = [tracers.startSpan, spans.end, exporter.export]
    for (const [i, method] of wrapped.entries()) expect(method).not.toBe(before[i])
    tracingOverhead.release()
    expect([tracers.startSpan, spans.end, exporter.export]).toEqual(wrapped)
    tracingOverhead.release()
    expect([tracers.startSpan, spans.end, exporter.export]).toEqual(before)
    expect(tracingOverhead.read()).toBeUndefined()
    for (const [i, method] of wrapped.entries()) expect(method, String(i)).toBeTypeOf('function')
    expect(() => wrapped[1].call(span)).not.toThrow()
    expect(span.isRecording()).toBe(false)
    await provider.shutdown()
  })

  test('passes on what an exporter throws, and holds no span for it', () => {
    const exporter: SpanExporter = {
      export() {
        throw new Error('from the exporter')
      },
      shutdown: async () => {},
    }
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
    provider.register()
    tracingOverhead.acquire()
    const span = provider.getTracer('test').startSpan('work') as unknown as ReadableSpan
    expect(() => exporter.export([span], () => {})).toThrow('from the exporter')
    expect(tracingOverhead.memory()).toEqual({ queuedBytes: 0, exportingBytes: 0 })
    tracingOverhead.release()
  })
})

test('bytes are those that arrive at the receiver, and no others', async () => {
  let received = 0
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'))
  })
  const counted = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    counted.add(socket)
    socket.on('data', (chunk) => {
      received += chunk.length
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` })
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  provider.register()
  tracingOverhead.acquire()
  const tracer = provider.getTracer('test')
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 100; i++) tracer.startSpan(`span ${i}`).end()
    await provider.forceFlush()
  }
  const exported = received
  // The application's own.
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await once(socket, 'data')
  expect(counted.size).toBeGreaterThan(1)
  expect(exported).toBeGreaterThan(100_000)
  expect(tracingOverhead.read()).toMatchObject({ exportedBytes: exported })
  server.closeAllConnections()
  await sleep(10)
  expect(tracingOverhead.read()).toMatchObject({ exportedBytes: exported })
  tracingOverhead.release()
  await provider.shutdown()
  server.close()
})

test('nothing that waits for a connection is taken for exported', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces`, timeoutMillis: 100 })
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  provider.register()
  tracingOverhead.acquire()
  trace.getTracer('test').startSpan('work').end()
  const measured: (number | undefined)[] = []
  const timer = setInterval(() => measured.push(tracingOverhead.read()!.exportedBytes), 1)
  await expect(provider.forceFlush()).rejects.toBeDefined()
  clearInterval(timer)
  expect(new Set([...measured, tracingOverhead.read()!.exportedBytes])).toEqual(new Set([undefined]))
  tracingOverhead.release()
  await provider.shutdown().catch(() => {})
})
