import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { beforeAll, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { expectWithin } from './helpers/expect'
import { OtlpReceiver } from './helpers/otlp'
import { settle } from './helpers/settle'

beforeAll(settle)

test('what a span cost arrives at an OTLP receiver as it was written', async () => {
  await using receiver = await OtlpReceiver.start()
  const local = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({
    spanProcessors: [
      new ResourceSpanProcessor({ detail: 'full', memoryThresholdMb: 1, cpuThreshold: 20 }),
      new SimpleSpanProcessor(local),
      new BatchSpanProcessor(new OTLPTraceExporter({ url: receiver.url })),
    ],
  })
  const tracer = provider.getTracer('test')
  const burns = [10, 30, 60].map((ms) => {
    const span = tracer.startSpan(`burn ${ms}`, { attributes: { given: ms } })
    const usedMs = burn(ms)
    span.end()
    return usedMs
  })
  await provider.forceFlush()
  const written = local.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
  await provider.shutdown()

  expect(receiver.requests[0]).toEqual({ method: 'POST', path: '/v1/traces', type: 'application/json' })
  expect(receiver.spans).toEqual(written)
  for (const [i, { attributes }] of receiver.spans.entries()) {
    expectWithin(25, attributes['resource.cpu.time_ms'] as number, burns[i]!)
    expect(attributes['resource.samples']).toBeGreaterThan(0)
    expect(attributes['resource.memory.max_mb']).toBeGreaterThan(20)
    expect(attributes['resource.memory_threshold_exceeded']).toBe(true)
    expect(attributes['resource.cpu_bound']).toBe(true)
    expect(attributes.given).toEqual(expect.any(Number))
  }
})
