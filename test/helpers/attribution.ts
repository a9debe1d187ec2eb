import { setTimeout as sleep } from 'node:timers/promises'
import { type ContextManager, context, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AlwaysOnSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { inOneOfThree, inWords } from './burned'
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

/**
 * Compiling what runs often is the span's own work, but nobody's truth: two to four milliseconds at once, of which the last
 * come after some hundreds of rounds.
 */
async function warmUp(): Promise<void> {
  const tracer = tracerWith({ detail: 'full' })
  for (let i = 0; i < 500; i++) {
    const span = tracer.startSpan('span')
    await inside(span, async () => {
      burn(0.5)
      const child = tracer.startSpan('child')
      inside(child, () => burn(0.5))
      child.end()
      await sleep(0)
    })
    span.end()
  }
}

export function expectMs(actual: unknown, expected: number): void {
  expect(actual).toBeGreaterThan(leastOf(expected))
  expect(actual).toBeLessThan(mostOf(expected))
}

/** The same of several spans, where timers and promises are part of their work. Nothing may be missing in any round. */
export async function expectMsOfAll(measure: () => Promise<Record<string, { truth: number; self: number }>>) {
  await inOneOfThree(async () => {
    const all = Object.entries(await measure())
    for (const [name, span] of all) expect(span.self, inWords(name, span)).toBeGreaterThan(leastOf(span.truth))
    return all.filter(([, { truth, self }]) => self >= mostOf(truth)).map((each) => inWords(...each))
  })
}

const leastOf = (ms: number) => ms * 0.97 - 0.2
const mostOf = (ms: number) => ms * 1.05 + 2
