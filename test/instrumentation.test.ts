import { trace } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { SpanmeterInstrumentation, type SpanmeterInstrumentationConfig } from 'spanmeter/otel'
import { afterEach, describe, expect, test } from 'vitest'
import { runFixture } from './helpers/child'
import { burn } from './helpers/cpu.cjs'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
  trace.disable()
})

function instrumentation(config?: SpanmeterInstrumentationConfig): SpanmeterInstrumentation {
  const made = new SpanmeterInstrumentation(config)
  undo.push(() => made.disable())
  return made
}

function newProvider() {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  undo.push(() => provider.shutdown())
  return { provider, exporter }
}

/** The attributes of a span, as they were exported. */
function traced(exporter: InMemorySpanExporter, tracer = trace.getTracer('test')) {
  const span = tracer.startSpan('work')
  burn(5)
  span.end()
  return (exporter.getFinishedSpans().at(-1) as ReadableSpan).attributes
}

describe('SpanmeterInstrumentation', () => {
  test('attaches to the provider that is registered after it, as NodeSDK does', () => {
    registerInstrumentations({ instrumentations: [instrumentation()] })
    const { provider, exporter } = newProvider()
    provider.register()
    expect(traced(exporter)['resource.cpu.time_ms']).toBeGreaterThan(4)
  })

  test('attaches to the one that is registered already', () => {
    const { provider, exporter } = newProvider()
    provider.register()
    registerInstrumentations({ instrumentations: [instrumentation()] })
    expect(traced(exporter)['resource.cpu.time_ms']).toBeGreaterThan(4)
  })

  test('attaches to the one it is given', () => {
    const { provider: tracerProvider, exporter } = newProvider()
    registerInstrumentations({ tracerProvider, instrumentations: [instrumentation({ prefix: 'mine' })] })
    const attributes = traced(exporter, tracerProvider.getTracer('test'))
    expect(attributes['mine.cpu.time_ms']).toBeGreaterThan(4)
  })

  test('writes each attribute once, however often it finds a provider', () => {
    const { provider, exporter } = newProvider()
    const made = instrumentation()
    for (let i = 0; i < 3; i++) registerInstrumentations({ instrumentations: [made] })
    provider.register()
    made.setTracerProvider(provider)
    made.enable()
    expect(traced(exporter)['resource.cpu.time_ms']).toBeGreaterThan(4)
    const processors = (provider as unknown as { _activeSpanProcessor: { _spanProcessors: unknown[] } })
      ._activeSpanProcessor._spanProcessors
    expect(processors).toHaveLength(2)
  })

  test('can be switched off and on', () => {
    const { provider, exporter } = newProvider()
    const made = instrumentation({ enabled: false })
    made.setTracerProvider(provider)
    expect(traced(exporter, provider.getTracer('test'))).toEqual({})
    made.enable()
    expect(traced(exporter, provider.getTracer('test'))).toHaveProperty(['resource.cpu.time_ms'])
    made.disable()
    expect(traced(exporter, provider.getTracer('test'))).toEqual({})
    made.enable()
    expect(traced(exporter, provider.getTracer('test'))).toHaveProperty(['resource.cpu.time_ms'])
  })

  test('names itself, and refuses bad options', () => {
    const made = instrumentation({ cpuThreshold: 50 })
    expect(made.instrumentationName).toBe('spanmeter')
    expect(made.instrumentationVersion).toMatch(/^\d+\.\d+\.\d+/)
    expect(made.getConfig()).toEqual({ cpuThreshold: 50, enabled: true })
    const wrong = { cpuThreshold: 'much' } as unknown as SpanmeterInstrumentationConfig
    expect(() => new SpanmeterInstrumentation(wrong)).toThrow("cpuThreshold must be a number, got 'much'")
    // As it comes from an environment variable.
    expect(() => new SpanmeterInstrumentation({ enabled: 'false' as never })).toThrow(
      "enabled must be a boolean, got 'false'",
    )
    expect(() => new SpanmeterInstrumentation(null as never)).toThrow('options must be an object, got null')
    expect(() => made.setConfig(wrong)).toThrow(TypeError)
  })
})

test.each(['', 'diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} })'])(
  'beside the flag its options count, with or without a logger that was set before: %s',
  async (before) => {
    const program = `
      const { diag, trace } = require('@opentelemetry/api')
      ${before}
      const { SpanmeterInstrumentation } = require('spanmeter/otel')
      const instrumentations = [new SpanmeterInstrumentation({ detail: 'full' })]
      require('@opentelemetry/instrumentation').registerInstrumentations({ instrumentations })
      new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
      const span = trace.getTracer('app').startSpan('work')
      span.end()
      console.log('resource.cpu.time_ms' in span.attributes, 'resource.thread.avg' in span.attributes)`
    const ended = await runFixture('', { nodeArgs: ['--require', 'spanmeter/register', '-e', program] })
    expect(ended).toMatchObject({ code: 0, stdout: 'true true\n', stderr: '' })
  },
)
