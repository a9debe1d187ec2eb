import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { OverheadSampler, ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, describe, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { oneOfThree } from './helpers/rounds'

// Services with so many requests that only spans which stand out can have attributes.

const required = createRequire(__filename)
const costs = required('../dist/otel/span-costs.js') as typeof import('../dist/otel/span-costs.js')

const undo: (() => void)[] = []

afterEach(() => {
  for (const step of undo.splice(0)) step()
  trace.disable()
  context.disable()
})

const cpuThreshold = 10
const longMs = 500
const burntMs = 40

/** The attributes of each exported span by its name, and the CPU of each span whose cost was published. */
async function outcome(options: ResourceSpanProcessorOptions, sampler = new OverheadSampler()) {
  const exporter = new InMemorySpanExporter()
  const processor = new ResourceSpanProcessor({ when: 'notable', ...options })
  const provider = new NodeTracerProvider({ sampler, spanProcessors: [processor, new SimpleSpanProcessor(exporter)] })
  provider.register()
  const published: Record<string, number> = {}
  const listener = (name: string, { cpu }: { cpu?: { timeMs: number } | undefined }) => {
    published[name] = cpu!.timeMs
  }
  costs.addSpanCostListener(listener)
  undo.push(() => {
    costs.removeSpanCostListener(listener)
    sampler[Symbol.dispose]()
    void provider.shutdown()
  })
  const span = async (name: string, work: () => unknown) => {
    await trace.getTracer('test').startActiveSpan(name, async (span) => {
      await work()
      span.end()
    })
  }
  /** Again where others had the CPU meanwhile, so that it was not what its name says: the last one counts. */
  const spanThatIs = async (name: string, expected: (ms: number) => boolean, work: () => unknown) => {
    for (let round = 0; round < 50; round++) {
      const begin = performance.now()
      await span(name, work)
      if (expected(performance.now() - begin)) return
    }
  }
  await spanThatIs(
    'short',
    (ms) => ms < 0.9 * longMs,
    () => sleep(30),
  )
  await span('long', () => sleep(1.2 * longMs))
  await spanThatIs(
    'busy',
    (ms) => burntMs / ms > (1.2 * cpuThreshold) / 100,
    () => burn(burntMs),
  )
  const attributes = exporter.getFinishedSpans().map(({ name, attributes }) => [name, Object.keys(attributes)] as const)
  return { attributes: Object.fromEntries(attributes), published }
}

/** The histograms of metrics are made of these. */
function expectAllPublished(published: Record<string, number>): void {
  expect(Object.keys(published).sort()).toEqual(['busy', 'long', 'short'])
  expect(published.busy).toBeGreaterThan(0.95 * burntMs)
}

describe('only what stands out has attributes, and every cost is published', () => {
  test('by its CPU', oneOfThree, async () => {
    const { attributes, published } = await outcome({ cpuThreshold })
    expect(attributes).toMatchObject({ short: [], long: [] })
    expect(attributes.busy).toContain('resource.cpu_bound')
    expectAllPublished(published)
  })

  test('by its duration, or its CPU', oneOfThree, async () => {
    const { attributes, published } = await outcome({ cpuThreshold, minDurationMs: longMs })
    expect(attributes.short).toEqual([])
    for (const name of ['long', 'busy']) expect(attributes[name], name).toContain('resource.cpu.self_ms')
    expectAllPublished(published)
  })
})

test('what is not sampled has neither', async () => {
  const { attributes, published } = await outcome({ cpuThreshold: 0 }, new OverheadSampler({ maxRatio: 0 }))
  expect(attributes).toEqual({})
  expect(published).toEqual({})
})
