import { setTimeout as sleep } from 'node:timers/promises'
import { type ContextManager, context, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AlwaysOnSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { burn } from './cpu.cjs'
import { settle } from './settle'

const providers: NodeTracerProvider[] = []

beforeAll(async () => {
  await settle()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  await warmUp()
  context.disable()
})

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
})

afterEach(async () => {
  await Promise.all(providers.splice(0).map((provider) => provider.shutdown()))
  context.disable()
})

/** In the place of the one before. */
export function useManager(manager: ContextManager): void {
  context.disable()
  context.setGlobalContextManager(manager)
}

export function tracerWith(...options: ResourceSpanProcessorOptions[]) {
  const provider = new NodeTracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: options.map((each) => new ResourceSpanProcessor(each)),
  })
  providers.push(provider)
  return provider.getTracer('test')
}

export function inside<T>(span: Span, work: () => T): T {
  return context.with(trace.setSpan(context.active(), span), work)
}

/** An attribute of a finished span, by its name without `resource.`. */
export function attribute(span: Span, name: string): unknown {
  return (span as unknown as ReadableSpan).attributes[`resource.${name}`]
}

/** Compiling what runs for the first time is the span's own work, but nobody's truth. */
async function warmUp(): Promise<void> {
  const tracer = tracerWith({ detail: 'full' })
  for (let i = 0; i < 100; i++) {
    const span = tracer.startSpan('span')
    await inside(span, async () => {
      burn(0.1)
      tracer.startSpan('child').end()
      await sleep(0)
    })
    span.end()
  }
}

export function expectMs(actual: unknown, expected: number): void {
  expect(actual).toBeGreaterThan(leastOf(expected))
  expect(actual).toBeLessThan(mostOf(expected))
}

/**
 * The same of several spans, where timers and promises are part of their work: how long these take depends on what else the
 * machine does. Of three rounds one must be without too much; nothing may be missing in any.
 */
export async function expectMsOfAll(measure: () => Promise<{ actual: unknown; expected: number }[]>): Promise<void> {
  for (let round = 1; ; round++) {
    const all = await measure()
    for (const { actual, expected } of all) expect(actual).toBeGreaterThan(leastOf(expected))
    const beyond = all.filter(({ actual, expected }) => (actual as number) >= mostOf(expected))
    if (beyond.length === 0 || round === 3) return expect(beyond).toEqual([])
  }
}

const leastOf = (ms: number) => ms * 0.97 - 0.2
const mostOf = (ms: number) => ms * 1.05 + 2
