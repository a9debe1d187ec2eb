import { createRequire } from 'node:module'
import { context, trace } from '@opentelemetry/api'
import { NodeTracerProvider, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect } from 'vitest'
import { burn } from './cpu.cjs'

// For tests in which the cost of tracing is measured all the time.

type Overhead = typeof import('../../dist/overhead/tracing-overhead.js')

// The copies that the package itself uses.
const required = createRequire(__filename)
export const { tracingOverhead } = required('../../dist/overhead/tracing-overhead.js') as Overhead
const { attribution } = required(
  '../../dist/span-accounts/this-thread.js',
) as typeof import('../../dist/span-accounts/this-thread.js')

beforeEach(() => tracingOverhead.acquire())

afterEach(() => {
  tracingOverhead.release()
  trace.disable()
  context.disable()
})

/** CPU of tracing so far, in ms. */
const tracingMs = () => tracingOverhead.read()!.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0)

/** Nothing is still booked as tracing. */
export function expectBalanced(): void {
  expect(attribution.sections.current).toBe(0)
  const before = tracingMs()
  const used = burn(20)
  expect(tracingMs() - before).toBeLessThan(0.1 * used)
}

export const idle: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

export function exporterOf(exporting: SpanExporter['export']): SpanExporter {
  return { export: exporting, shutdown: async () => {} }
}

export function register(options: ConstructorParameters<typeof NodeTracerProvider>[0]): NodeTracerProvider {
  const provider = new NodeTracerProvider(options)
  provider.register()
  return provider
}
