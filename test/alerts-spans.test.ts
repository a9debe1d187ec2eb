import { createRequire } from 'node:module'
import { trace } from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { type Alert, feed } from 'spanmeter/alerts'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { expect, test, vi } from 'vitest'
import { watch } from './helpers/fed-alerts'

const { attribution }: { attribution: { sums(): unknown } } = createRequire(__filename)(
  '../dist/span-accounts/this-thread.js',
)

test('an alert has what open spans ran so far, for one reading of the clock however many there are', async () => {
  const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor()] })
  provider.register()
  const tracer = trace.getTracer('test')
  for (let i = 0; i < 100; i++) tracer.startSpan('idle')
  tracer.startActiveSpan('busy', () => {
    const endMs = performance.now() + 50
    while (performance.now() < endMs);
  })
  await using alerts = watch({})
  const fired: Alert[] = []
  const sums = vi.spyOn(attribution, 'sums')
  alerts.on('firing', (alert) => fired.push(alert))
  feed('queue', 20)
  await expect.poll(() => fired.length).toBe(1)
  const { spans } = fired[0]!
  expect(spans.map(({ name }) => name)).toEqual(['busy', ...Array(9).fill('idle')])
  expect(spans.every(({ selfMs }) => selfMs !== undefined && selfMs >= 0)).toBe(true)
  expect(spans[0]!.selfMs).toBeGreaterThan(spans[1]!.selfMs!)
  expect(sums).toHaveBeenCalledTimes(1)
  sums.mockRestore()
  await provider.shutdown()
})
