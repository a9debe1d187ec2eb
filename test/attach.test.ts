import { createRequire } from 'node:module'
import { join } from 'node:path'
import { diag } from '@opentelemetry/api'
import { SpanmeterInstrumentation } from 'spanmeter/otel'
import { describe, expect, test, vi } from 'vitest'
import { attach } from '../dist/sdk/provider.js'
import { obstacle, sdks } from './helpers/sdks'

// What is attached to belongs to others. The usual ways are in compatibility.test.ts.

const old = sdks.find(({ name }) => name === '1.30')!
const { skip, why } = obstacle(old)

describe.skipIf(skip)(`SDK ${old.name}${why}`, () => {
  test('the exporter that the environment chose goes on to export', async () => {
    const { BasicTracerProvider } = createRequire(join(old.folder, 'x.js'))('@opentelemetry/sdk-trace-base')
    const exporter = { export: vi.fn((_, done) => done({ code: 0 })), shutdown: vi.fn(async () => {}) }
    class Provider extends BasicTracerProvider {
      static _registeredExporters = new Map([['mine', () => exporter]])
    }
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'mine')
    const provider = new Provider()
    vi.unstubAllEnvs()

    const seen: string[] = []
    const ours = { onStart() {}, onEnd: ({ name }: { name: string }) => seen.push(name), forceFlush: async () => {} }
    expect(attach(provider, ours)).toBe('addSpanProcessor')
    provider.getTracer('test').startSpan('work').end()
    await provider.forceFlush()
    expect(seen).toEqual(['work'])
    expect(exporter.shutdown).not.toHaveBeenCalled()
    expect(exporter.export.mock.calls.map(([[{ name }]]) => name)).toEqual(['work'])
  })
})

test('a provider of an unknown kind is one warning, however often it is found', () => {
  class Strange {
    readonly own = 1
  }
  const warn = vi.fn()
  diag.setLogger({ error: vi.fn(), warn, info: vi.fn(), debug: vi.fn(), verbose: vi.fn() })
  const instrumentation = new SpanmeterInstrumentation()
  const provider = new Strange()
  for (let i = 0; i < 3; i++) instrumentation.setTracerProvider(provider)
  expect(warn.mock.calls).toEqual([['spanmeter: a tracer provider of an unknown kind (Strange) was left alone']])
  instrumentation.setTracerProvider(new Strange())
  expect(warn).toHaveBeenCalledTimes(2)
  diag.disable()
})
