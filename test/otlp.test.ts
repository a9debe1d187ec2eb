import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { beforeAll, expect, test } from 'vitest'
import { hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'
import { OtlpReceiver } from './helpers/otlp'
import { burnUntilSampled } from './helpers/sampled'
import { settle } from './helpers/settle'

beforeAll(settle)

test('what a span cost arrives at an OTLP receiver as it was written', async () => {
  await using receiver = await OtlpReceiver.start()
  using monitor = createMonitor({ backend: 'native' }).start()
  const local = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({
    spanProcessors: [
      new ResourceSpanProcessor({ monitor, detail: 'full', memoryThresholdMb: 1, cpuThreshold: 1 }),
      new SimpleSpanProcessor(local),
      new BatchSpanProcessor(new OTLPTraceExporter({ url: receiver.url })),
    ],
  })
  const tracer = provider.getTracer('test')
  const burns = [10, 30, 60].map((ms) => {
    const before = hostCpuMs()
    const span = tracer.startSpan(`burn ${ms}`, { attributes: { given: ms } })
    const usedMs = burnUntilSampled(ms, monitor)
    span.end()
    return { usedMs, aroundMs: hostCpuMs() - before }
  })
  await provider.forceFlush()
  const written = local.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
  await provider.shutdown()

  expect(receiver.requests[0]).toEqual({ method: 'POST', path: '/v1/traces', type: 'application/json' })
  expect(receiver.spans.map(({ name, attributes }) => ({ name, attributes }))).toEqual(written)
  for (const [i, { attributes }] of receiver.spans.entries()) {
    const { usedMs, aroundMs } = burns[i]!
    expectBetween(25, attributes['resource.cpu.time_ms'] as number, usedMs, aroundMs)
    expect(attributes['resource.samples']).toBeGreaterThan(0)
    expect(attributes['resource.memory.max_mb']).toBeGreaterThan(20)
    expect(attributes['resource.memory_threshold_exceeded']).toBe(true)
    expect(attributes['resource.cpu_bound']).toBe(true)
    expect(attributes.given).toEqual(expect.any(Number))
  }
})
