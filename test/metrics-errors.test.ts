import type { Span } from '@opentelemetry/api'
import * as promClient from 'prom-client'
import { describe, expect, test } from 'vitest'
import { collect, scrape } from './helpers/collecting'
import { instrumentation, newMetering, newTracing } from './helpers/metering'

function endSpans(): void {
  const tracer = newTracing().provider.getTracer('test')
  const end = (name: string, fail: (span: Span) => void) => {
    const span = tracer.startSpan(name)
    fail(span)
    span.end()
  }
  for (let i = 0; i < 3; i++) end('GET /', (span) => span.recordException(new TypeError('no')))
  end('GET /', (span) => span.setStatus({ code: 2 }))
  end('GET /', (span) => span.setStatus({ code: 2 }).setAttribute('error.type', '503'))
  end('SELECT', (span) => span.setStatus({ code: 2 }).recordException({ name: 'Timeout', message: 'late' }))
  end('SELECT', (span) => span.setStatus({ code: 1 }))
}

const truth = [
  ['GET /', 'TypeError', 3],
  ['GET /', '_OTHER', 1],
  ['GET /', '503', 1],
  ['SELECT', 'Timeout', 1],
]

describe('errors are counted by the name of the span and their kind', () => {
  test('for OpenTelemetry', async () => {
    const { provider, reader } = newMetering()
    instrumentation({ meterProvider: provider })
    endSpans()
    const points = (await reader.metrics()).get('spanmeter.span.errors')!.dataPoints
    const counts = points.map(({ attributes, value }) => [attributes['span.name'], attributes['error.type'], value])
    expect(counts).toEqual(truth)
  })

  test('for Prometheus', async () => {
    const register = new promClient.Registry()
    collect({ register })
    endSpans()
    const { samples } = (await scrape(register)).get('spanmeter_span_errors_total')!
    expect(samples.map(({ labels, value }) => [labels.span_name, labels.error_type, value])).toEqual(truth)
  })

  test('of which there may be so many', async () => {
    const register = new promClient.Registry()
    collect({ register, maxSpanNames: 2 })
    const tracer = newTracing().provider.getTracer('test')
    for (let i = 0; i < 300; i++) {
      const span = tracer.startSpan(`name ${i % 3}`)
      span.recordException({ name: `Error ${i}`, message: 'no' })
      span.end()
    }
    const { samples } = (await scrape(register)).get('spanmeter_span_errors_total')!
    expect(samples.length).toBeLessThanOrEqual(100 + 3)
    expect(samples.reduce((all, { value }) => all + value, 0)).toBe(300)
    expect(new Set(samples.map(({ labels }) => labels.span_name))).toEqual(new Set(['name 0', 'name 1', undefined]))
  })
})

test('a block of the event loop is the longest of the window', async () => {
  const { provider, reader } = newMetering()
  instrumentation({ meterProvider: provider })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  const begin = performance.now()
  while (performance.now() - begin < 150);
  await turn()
  const endMs = performance.now()
  const seconds = await reader.value('spanmeter.loop.blocked.max')
  expect(seconds).toBeGreaterThanOrEqual(0.15)
  expect(seconds).toBeLessThanOrEqual((endMs - begin) / 1e3 + 1)
})
