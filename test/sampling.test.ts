import { createRequire } from 'node:module'
import {
  type Context,
  context,
  createTraceState,
  diag,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  RandomIdGenerator,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import { OverheadSampler } from 'spanmeter/otel'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { burn } from './helpers/cpu.cjs'

type Overhead = typeof import('../dist/overhead/tracing-overhead.js')

// The copies that the package itself uses.
const required = createRequire(__filename)
const { tracingOverhead } = required('../dist/overhead/tracing-overhead.js') as Overhead
const { samplingRatio } = required(
  '../dist/trace-sampling/ratio.js',
) as typeof import('../dist/trace-sampling/ratio.js')

const [notRecord, recordAndSampled] = [0, 2]
const samplers: OverheadSampler[] = []

function sampler(options?: ConstructorParameters<typeof OverheadSampler>[0]): OverheadSampler {
  const made = new OverheadSampler(options)
  samplers.push(made)
  return made
}

afterEach(() => {
  for (const made of samplers.splice(0)) made[Symbol.dispose]()
  trace.disable()
  context.disable()
  diag.disable()
})

const ids = new RandomIdGenerator()
const traceIds = Array.from({ length: 20_000 }, () => ids.generateTraceId())

describe('traces that begin here', () => {
  test.each([0, 1e-4, 0.001, 0.1, 1 / 3, 0.5, 0.999_999, 1])('at %d, as the sampler of the SDK', (ratio) => {
    const [ours, theirs] = [sampler({ minRatio: ratio, maxRatio: ratio }), new TraceIdRatioBasedSampler(ratio)]
    const invalid = ['', '0'.repeat(32), 'x'.repeat(32), undefined as unknown as string]
    const edges = ['f'.repeat(32), `${'0'.repeat(31)}1`, `${'F'.repeat(8)}${'0'.repeat(24)}`]
    const all = [...traceIds, ...invalid, ...edges]
    const decisions = (one: { shouldSample(context: Context, id: string): { decision: number } }) =>
      all.map((id) => `${id} ${one.shouldSample(ROOT_CONTEXT, id).decision}`)
    expect(decisions(ours)).toEqual(decisions(theirs))
  })

  test('of a smaller share are among those of a larger', () => {
    const sampled = (ratio: number) => {
      const one = sampler({ minRatio: ratio, maxRatio: ratio })
      return traceIds.filter((id) => one.shouldSample(ROOT_CONTEXT, id).decision === recordAndSampled)
    }
    const [few, many] = [sampled(0.05), new Set(sampled(0.2))]
    expect(few.length / traceIds.length).toBeCloseTo(0.05, 1)
    expect(few.every((id) => many.has(id))).toBe(true)
  })
})

describe('traces that began elsewhere', () => {
  const within = (parent: Partial<SpanContext>) => {
    const spanContext = { traceId: traceIds[0]!, spanId: '1'.repeat(16), traceFlags: 0, ...parent }
    return trace.setSpanContext(ROOT_CONTEXT, spanContext)
  }
  const traceState = createTraceState('vendor=1')

  test.each([true, false])('were decided about there; remote: %s', (isRemote) => {
    const none = sampler({ minRatio: 0, maxRatio: 0 })
    const all = sampler({ minRatio: 1 })
    const sampled = within({ isRemote, traceFlags: 1, traceState })
    const unsampled = within({ isRemote, traceFlags: 0, traceState })
    expect(none.shouldSample(sampled, traceIds[0]!)).toEqual({ decision: recordAndSampled, traceState })
    expect(all.shouldSample(unsampled, traceIds[0]!)).toEqual({ decision: notRecord, traceState })
    expect(none.shouldSample(within({ isRemote, traceFlags: 3 }), traceIds[0]!)).toEqual({ decision: recordAndSampled })
  })

  test('but a parent that is none decides nothing', () => {
    const invalid = within({ spanId: '0'.repeat(16), traceFlags: 1 })
    expect(sampler({ minRatio: 0, maxRatio: 0 }).shouldSample(invalid, traceIds[0]!).decision).toBe(notRecord)
  })
})

test.each(['by itself', 'as the root of a ParentBasedSampler'])('no trace is sampled in part: %s', (how) => {
  const exporter = new InMemorySpanExporter()
  const half = sampler({ minRatio: 0.5, maxRatio: 0.5 })
  const provider = new NodeTracerProvider({
    sampler: how === 'by itself' ? half : new ParentBasedSampler({ root: half }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  provider.register()
  const tracer = trace.getTracer('test')
  for (let i = 0; i < 1000; i++) {
    tracer.startActiveSpan('root', (root) => {
      for (let j = 0; j < 3; j++) tracer.startActiveSpan('child', (child) => child.end())
      root.end()
    })
  }
  const spansOf = new Map<string, number>()
  for (const span of exporter.getFinishedSpans()) {
    const { traceId } = span.spanContext()
    spansOf.set(traceId, (spansOf.get(traceId) ?? 0) + 1)
  }
  expect(new Set(spansOf.values())).toEqual(new Set([4]))
  expect(spansOf.size).toBeGreaterThan(400)
  expect(spansOf.size).toBeLessThan(600)
})

describe('the measurement', () => {
  const ask = (one: OverheadSampler) => one.shouldSample(ROOT_CONTEXT, traceIds[0]!)

  test('begins with the first span and ends with the last sampler', () => {
    const [first, second] = [sampler(), sampler({ maxRatio: 0.5 })]
    expect(tracingOverhead.read()).toBeUndefined()
    expect(samplingRatio.current).toBeUndefined()
    ask(first)
    expect(tracingOverhead.read()).toBeDefined()
    expect(samplingRatio.current?.()).toBe(1)
    ask(second)
    expect(samplingRatio.current?.()).toBe(0.5)
    second[Symbol.dispose]()
    second[Symbol.dispose]()
    expect(samplingRatio.current?.()).toBe(1)
    first[Symbol.dispose]()
    expect(tracingOverhead.read()).toBeUndefined()
    expect(samplingRatio.current).toBeUndefined()
    ask(first)
    expect(tracingOverhead.read()).toBeUndefined()
  })

  test('leaves it to others to go on', () => {
    tracingOverhead.acquire()
    const one = sampler()
    ask(one)
    one[Symbol.dispose]()
    expect(tracingOverhead.read()).toBeDefined()
    tracingOverhead.release()
    expect(tracingOverhead.read()).toBeUndefined()
  })

  test('knows what the spans cost that were turned down, also before they were', () => {
    const provider = new NodeTracerProvider({ sampler: sampler({ minRatio: 0, maxRatio: 0 }) })
    provider.register()
    const tracer = provider.getTracer('test')
    tracer.startSpan('work')
    let burnt = 0
    // The SDK looks at attributes before it asks the sampler.
    const attributes = {
      get expensive() {
        burnt += burn(1)
        return 1
      },
    }
    // So far apart that the share is set anew each time.
    const now = performance.now.bind(performance)
    let skippedMs = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + skippedMs)
    for (; skippedMs < 50 * 250; skippedMs += 250) tracer.startSpan('work', { attributes }).end()
    clock.mockRestore()
    const { cpu, spans } = tracingOverhead.read()!
    const ms = (wanted: string) => cpu.find(({ component }) => component === wanted)?.timeMs ?? 0
    expect(burnt).toBeGreaterThan(50)
    expect(ms('unsampled')).toBeGreaterThan(0.97 * burnt)
    expect(ms('start')).toBeLessThan(0.03 * burnt)
    expect(spans).toEqual({ started: 0, ended: 0, exported: 0 })
  })

  test('ends when nobody has the sampler any more', async () => {
    const nodeArgs = ['--expose-gc']
    expect(await askFixture('sampling/forgotten.cjs', { nodeArgs })).toEqual({ before: true, after: false })
  })
})

describe('at ten times the load', () => {
  interface Phase {
    /** Burnt in tracing, in percent of a core. */
    percent: number
    ratio: number
  }
  type Load = Record<'low' | 'high', Phase>
  const isWithin = ({ percent }: Phase) => percent > 5 && percent < 15
  const isKept = ({ low, high }: Load) => isWithin(low) && isWithin(high) && low.ratio > 5 * high.ratio

  test('the budget is kept, by the CPU that is really burnt', async () => {
    const rounds: Load[] = []
    // Where the machine itself stops for a moment, what was running seems dearer, and fewer are sampled for seconds.
    while (rounds.length < 3 && !rounds.some(isKept)) rounds.push(await askFixture<Load>('sampling/budget.cjs'))
    expect(rounds.some(isKept), JSON.stringify(rounds)).toBe(true)
  })
})

describe('harmless', () => {
  interface Unmeasured {
    sampled: number
    warnings: string[]
  }

  test.each([
    ['the native sampler', ['--no-addons'], 'registered', 'the native sampler cannot be loaded'],
    ['a provider that is registered', [], 'alone', 'the tracer provider is not registered'],
  ])('without %s: at maxRatio, and one warning', async (_, nodeArgs, provider, why) => {
    const options = { nodeArgs, args: [provider] }
    const { sampled, warnings } = await askFixture<Unmeasured>('sampling/unmeasured.cjs', options)
    expect(sampled).toBeCloseTo(0.5, 1)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^spanmeter: the cost of tracing is not known, traces are sampled at 0\.5/)
    expect(warnings[0]).toMatch(new RegExp(why))
  })

  test('where the logger throws', () => {
    const fail = () => {
      throw new Error('from the logger')
    }
    diag.setLogger({ error: fail, warn: fail, info() {}, debug() {}, verbose() {} })
    const read = tracingOverhead.read
    const one = sampler()
    one.shouldSample(ROOT_CONTEXT, traceIds[0]!)
    try {
      tracingOverhead.read = fail
      for (const id of traceIds) expect(one.shouldSample(ROOT_CONTEXT, id).decision).toBe(recordAndSampled)
    } finally {
      tracingOverhead.read = read
    }
  })

  test('each thread has a budget of its own', async () => {
    expect(await askFixture('sampling/workers.cjs')).toEqual({ main: true, workers: [true, true], after: true })
  })
})

test('describes itself', () => {
  expect(String(sampler({ budgetPercent: 0.5, minRatio: 0.01 }))).toBe(
    'OverheadSampler{budgetPercent=0.5,minRatio=0.01,maxRatio=1}',
  )
})
