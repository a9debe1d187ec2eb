import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, type ContextManager, context, diag, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { AsyncHooksContextManager, AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AlwaysOnSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { burn } from './helpers/cpu.cjs'
import { settle } from './helpers/settle'

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
function useManager(manager: ContextManager): void {
  context.disable()
  context.setGlobalContextManager(manager)
}

function tracerWith(...options: ResourceSpanProcessorOptions[]) {
  const provider = new NodeTracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: options.map((each) => new ResourceSpanProcessor(each)),
  })
  providers.push(provider)
  return provider.getTracer('test')
}

function inside<T>(span: Span, work: () => T): T {
  return context.with(trace.setSpan(context.active(), span), work)
}

/** An attribute of a finished span, by its name without `resource.`. */
function attribute(span: Span, name: string): unknown {
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

function expectMs(actual: unknown, expected: number): void {
  expect(actual).toBeGreaterThan(expected * 0.97 - 0.2)
  expect(actual).toBeLessThan(expected * 1.05 + 2)
}

describe('attributes', () => {
  test('a span has what it ran itself, its children not counted', async () => {
    const tracer = tracerWith({})
    const parent = tracer.startSpan('parent')
    let child: Span | undefined
    await inside(parent, async () => {
      burn(10)
      child = tracer.startSpan('child')
      await inside(child, async () => {
        burn(20)
        await sleep(5)
        burn(20)
      })
      child.end()
      burn(10)
    })
    parent.end()
    expectMs(attribute(parent, 'cpu.self_ms'), 20)
    expectMs(attribute(child!, 'cpu.self_ms'), 40)
    expect(attribute(parent, 'cpu.total_ms')).toBeUndefined()
  })

  test('the average is the share of its duration', async () => {
    const span = tracerWith({}).startSpan('span')
    await inside(span, async () => {
      burn(30)
      await sleep(70)
    })
    span.end()
    const { duration } = span as unknown as ReadableSpan
    const average = (100 * (attribute(span, 'cpu.self_ms') as number)) / (duration[0] * 1e3 + duration[1] / 1e6)
    expect(attribute(span, 'cpu.self_avg')).toBeCloseTo(average, 0)
  })

  test("detail: 'full' adds what was run below it, also by spans that are still open", async () => {
    const tracer = tracerWith({ detail: 'full' })
    const root = tracer.startSpan('root')
    const [middle, leaf, open] = inside(root, () => {
      const middle = tracer.startSpan('middle')
      const leaf = inside(middle, () => tracer.startSpan('leaf'))
      return [middle, leaf, tracer.startSpan('open')]
    })
    inside(root, () => burn(5))
    inside(middle, () => burn(10))
    inside(leaf, () => burn(20))
    inside(open, () => burn(40))
    leaf.end()
    middle.end()
    root.end()
    open.end()
    expectMs(attribute(leaf, 'cpu.total_ms'), 20)
    expectMs(attribute(middle, 'cpu.total_ms'), 30)
    expectMs(attribute(root, 'cpu.total_ms'), 75)
    expectMs(attribute(open, 'cpu.total_ms'), 40)
  })

  // The threshold is one that a span crosses also where others leave it a tenth of a CPU.
  test('a span is CPU-bound by what it ran itself, not by its neighbours', async () => {
    const tracer = tracerWith({ cpuThreshold: 5 })
    const idle = tracer.startSpan('idle')
    const busy = tracer.startSpan('busy')
    inside(busy, () => burn(50))
    busy.end()
    idle.end()
    expect(attribute(idle, 'cpu.max')).toBeGreaterThan(5)
    expect(attribute(idle, 'cpu_bound')).toBeUndefined()
    expect(attribute(busy, 'cpu_bound')).toBe(true)
  })

  test('with attribution off a span is CPU-bound by the whole process, and has no own time', async () => {
    const tracer = tracerWith({ cpuThreshold: 5, attribution: false, detail: 'full' })
    const span = tracer.startSpan('span')
    const other = tracer.startSpan('other')
    inside(other, () => burn(50))
    span.end()
    expect(attribute(span, 'cpu_bound')).toBe(true)
    expect(attribute(span, 'shared')).toBe(true)
    for (const name of ['cpu.self_ms', 'cpu.self_avg', 'cpu.total_ms']) expect(attribute(span, name)).toBeUndefined()
  })
})

describe('spans that end late, early or never', () => {
  test('a chain of spans that each begins in the one before keeps nothing, and ends', async () => {
    const tracer = tracerWith({})
    let last: Context | undefined
    const chain = async (left: number): Promise<void> => {
      await tracer.startActiveSpan('link', async (span) => {
        await null
        last = context.active()
        if (left % 100 === 0) await sleep(0)
        const next = left > 0 ? chain(left - 1) : undefined
        span.end()
        if (left % 1000 === 0) await next
      })
    }
    for (let i = 0; i < 20; i++) await chain(1000)
    expect(context.with(last!, () => 5)).toBe(5)
    const span = tracer.startSpan('span', {}, last)
    inside(span, () => burn(2))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 2)
  })

  test('spans deep in each other, of which the outermost end first', () => {
    const tracer = tracerWith({ detail: 'full' })
    const spans: Span[] = []
    let inner = context.active()
    for (let i = 0; i < 20_000; i++) {
      const span = tracer.startSpan('span', {}, inner)
      inner = trace.setSpan(inner, span)
      spans.push(span)
    }
    context.with(inner, () => burn(5))
    for (const span of spans.slice(0, 100)) span.end()
    for (const span of spans.slice(100).reverse()) span.end()
    expectMs(attribute(spans[0]!, 'cpu.total_ms'), 5)
    expectMs(attribute(spans.at(-1)!, 'cpu.self_ms'), 5)
    expect(context.with(inner, () => 5)).toBe(5)
  })

  test('a span that is given another start or end has what it ran while it was open', () => {
    const tracer = tracerWith({ cpuThreshold: 99 })
    const early = tracer.startSpan('early')
    const backdated = tracer.startSpan('backdated', { startTime: Date.now() - 100 })
    inside(early, () => burn(30))
    inside(backdated, () => burn(10))
    early.end(Date.now() - 35)
    backdated.end()
    expectMs(attribute(early, 'cpu.self_ms'), 30)
    expect(attribute(early, 'cpu.self_avg')).toBeLessThan(95)
    expectMs(attribute(backdated, 'cpu.self_ms'), 10)
    expect(attribute(backdated, 'cpu.self_avg')).toBeLessThan(15)
    for (const span of [early, backdated]) expect(attribute(span, 'cpu_bound')).toBeUndefined()
  })
})

describe('shared', () => {
  test('is set on spans that another root span overlapped, however briefly', () => {
    const tracer = tracerWith({})
    const long = tracer.startSpan('long')
    const brief = tracer.startSpan('brief')
    brief.end()
    const child = inside(long, () => tracer.startSpan('child'))
    child.end()
    long.end()
    expect(attribute(brief, 'shared')).toBe(true)
    expect(attribute(long, 'shared')).toBe(true)
    expect(attribute(child, 'shared')).toBeUndefined()
  })

  test('is not set for a family of spans, nor one after the other', () => {
    const tracer = tracerWith({})
    for (let i = 0; i < 2; i++) {
      const root = tracer.startSpan('root')
      const children = inside(root, () => [tracer.startSpan('child'), tracer.startSpan('child')])
      for (const child of children) child.end()
      root.end()
      for (const span of [root, ...children]) expect(attribute(span, 'shared')).toBeUndefined()
    }
  })

  test('a child that outlives its root shares with the next', () => {
    const tracer = tracerWith({})
    const root = tracer.startSpan('root')
    const child = inside(root, () => tracer.startSpan('child'))
    root.end()
    const next = tracer.startSpan('next')
    child.end()
    next.end()
    expect(attribute(root, 'shared')).toBeUndefined()
    expect(attribute(child, 'shared')).toBe(true)
  })

  test('a span below one that was not sampled is no root of its own', () => {
    const tracer = tracerWith({})
    const root = tracer.startSpan('root')
    const dropped = { ...root.spanContext(), spanId: '3'.repeat(16), traceFlags: 0 }
    const leaf = tracer.startSpan('leaf', {}, trace.setSpanContext(ROOT_CONTEXT, dropped))
    leaf.end()
    root.end()
    expect(attribute(leaf, 'samples')).toBeDefined()
    for (const span of [root, leaf]) expect(attribute(span, 'shared')).toBeUndefined()
  })

  test('a span whose parent is in another process is a root', () => {
    const tracer = tracerWith({})
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true }
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote)
    const spans = [tracer.startSpan('a', {}, parent), tracer.startSpan('b', {}, parent)]
    for (const span of spans) span.end()
    for (const span of spans) expect(attribute(span, 'shared')).toBe(true)
  })
})

/** A manager of somebody’s own making, whose storage nobody can see. */
class HiddenContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(thisArg, args))
  }
  bind<T>(_: Context, target: T): T {
    return target
  }
  enable(): this {
    return this
  }
  disable(): this {
    return this
  }
}

describe('context managers', () => {
  async function expectAttribution(tracer: ReturnType<typeof tracerWith>): Promise<void> {
    const [a, b] = [tracer.startSpan('a'), tracer.startSpan('b')]
    const work = async (ms: number) => {
      for (let i = 0; i < 5; i++) {
        burn(ms)
        await sleep(1)
      }
    }
    await Promise.all([inside(a, () => work(4)), inside(b, () => work(1))])
    a.end()
    b.end()
    expectMs(attribute(a, 'cpu.self_ms'), 20)
    expectMs(attribute(b, 'cpu.self_ms'), 5)
  }

  const managers = { AsyncHooksContextManager, AsyncLocalStorageContextManager, HiddenContextManager }

  test.each(Object.entries(managers))('%s', async (_, Manager) => {
    useManager(new Manager().enable())
    await expectAttribution(tracerWith({}))
  })

  test('one that is registered after the processor, or in the place of another', async () => {
    context.disable()
    const tracer = tracerWith({})
    tracer.startSpan('before any').end()
    for (const Manager of Object.values(managers)) {
      useManager(new Manager().enable())
      await expectAttribution(tracer)
    }
  })

  test('attach() is followed', () => {
    const tracer = tracerWith({})
    const [a, b] = [tracer.startSpan('a'), tracer.startSpan('b')]
    const manager = new AsyncLocalStorageContextManager()
    useManager(manager)
    tracer.startSpan('finds the manager').end()
    inside(a, () => {
      burn(5)
      const token = manager.attach(trace.setSpan(context.active(), b))
      burn(10)
      token.dispose()
      burn(5)
    })
    a.end()
    b.end()
    expectMs(attribute(a, 'cpu.self_ms'), 10)
    expectMs(attribute(b, 'cpu.self_ms'), 10)
  })

  test('without one there is no own time', () => {
    context.disable()
    const span = tracerWith({}).startSpan('span')
    burn(5)
    span.end()
    expect(attribute(span, 'cpu.time_ms')).toBeGreaterThan(4)
    expect(attribute(span, 'cpu.self_ms')).toBeUndefined()
  })

  test('one that throws does so to the application alone, and is not asked again', async () => {
    const warnings = vi.fn()
    diag.setLogger({ ...console, warn: warnings, verbose: warnings })
    const manager = new HiddenContextManager()
    useManager(manager)
    const tracer = tracerWith({})
    const span = tracer.startSpan('span')
    const { active } = manager
    manager.active = () => {
      throw new Error('broken')
    }
    await sleep(1)
    expect(() => manager.active()).toThrow('broken')
    manager.active = active
    const another = tracer.startSpan('another')
    await inside(another, () => sleep(1))
    another.end()
    expect(attribute(another, 'cpu.self_ms')).toBeUndefined()
    expect(warnings).toHaveBeenCalledOnce()
    span.end()
    diag.disable()
  })

  test('one that cannot be followed costs nobody an attribute but its own', () => {
    const warnings = vi.fn()
    diag.setLogger({ ...console, warn: warnings, verbose: warnings })
    useManager(Object.freeze(new HiddenContextManager()))
    const span = tracerWith({}).startSpan('span')
    inside(span, () => burn(5))
    span.end()
    expect(attribute(span, 'cpu.time_ms')).toBeGreaterThan(4)
    expect(attribute(span, 'cpu.self_ms')).toBeUndefined()
    expect(warnings).toHaveBeenCalledOnce()
    diag.disable()
  })

  test('one whose with() another package puts back is taken up again', () => {
    const manager = new HiddenContextManager()
    useManager(manager)
    const original = manager.with
    const tracer = tracerWith({})
    tracer.startSpan('installs').end()
    manager.with = original
    const span = tracer.startSpan('span')
    inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 5)
  })

  test('a logger that throws ends no process', async () => {
    const manager = new HiddenContextManager()
    useManager(manager)
    const tracer = tracerWith({})
    const span = tracer.startSpan('span')
    const { active } = manager
    const warn = () => {
      throw new Error('logger')
    }
    diag.setLogger({ ...console, warn, verbose: warn })
    manager.active = () => {
      throw new Error('broken')
    }
    await sleep(1)
    manager.active = active
    diag.disable()
    burn(5)
    span.end()
    // It was not followed to its end.
    expect(attribute(span, 'cpu.self_ms')).toBeUndefined()
    expect(attribute(span, 'cpu.time_ms')).toBeGreaterThan(4)
  })

  test('with(null) enters the root context', () => {
    const span = tracerWith({}).startSpan('span')
    inside(span, () => {
      burn(5)
      context.with(null as unknown as Context, () => burn(10))
    })
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 5)
  })

  test('the stamp on a context is seen by nobody', () => {
    const span = tracerWith({}).startSpan('span')
    const entered = trace.setSpan(context.active(), span)
    const keys = Reflect.ownKeys(entered)
    context.with(entered, () => {})
    span.end()
    expect(Reflect.ownKeys(entered)).toEqual(keys)
  })

  test('contexts of somebody’s own making do not get an error', () => {
    const span = tracerWith({}).startSpan('span')
    const frozen = Object.freeze(trace.setSpan(context.active(), span))
    expect(context.with(frozen, () => burn(1))).toBeGreaterThan(0.9)
    for (const wrong of [{}, 'x', 5, () => {}, Object.freeze({}), new Proxy({}, {})]) {
      expect(context.with(wrong as unknown as Context, () => 5)).toBe(5)
    }
    expect(context.with(null as unknown as Context, () => 6)).toBe(6)
    span.end()
  })
})

describe('several processors', () => {
  test('each by its own options', () => {
    const tracer = tracerWith({}, { prefix: 'resource.other', attribution: false })
    const span = tracer.startSpan('span')
    inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 5)
    expect(attribute(span, 'other.cpu.time_ms')).toBeGreaterThan(4)
    expect(attribute(span, 'other.cpu.self_ms')).toBeUndefined()
  })

  test('write the same', async () => {
    const tracer = tracerWith({ prefix: 'resource' }, { prefix: 'resource.other' })
    const span = tracer.startSpan('span')
    inside(span, () => burn(10))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 10)
    expect(attribute(span, 'other.cpu.self_ms')).toBe(attribute(span, 'cpu.self_ms'))
  })

  test('go on when one is shut down', async () => {
    const first = tracerWith({})
    const span = first.startSpan('span')
    const other = new ResourceSpanProcessor()
    inside(span, () => burn(5))
    await other.shutdown()
    await other.shutdown()
    inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), 10)
  })
})

test('with the JavaScript sampler there is no own time', () => {
  using monitor = createMonitor({ backend: 'js' })
  const span = tracerWith({ monitor }).startSpan('span')
  inside(span, () => burn(5))
  span.end()
  expect(attribute(span, 'cpu.self_ms')).toBeUndefined()
})

test('a hundred thousand open spans each have their own; of more than 131 071 the rest have none', () => {
  using monitor = createMonitor({ sources: [], maxOverheadPercent: 0 })
  const tracer = tracerWith({ monitor })
  const spans = Array.from({ length: 131_100 }, () => tracer.startSpan('span'))
  const own = [0, 50_000, 99_999, 131_070]
  const none = [131_071, 131_099]
  for (const i of [...own, ...none]) inside(spans[i]!, () => burn(3))
  for (const span of spans) span.end()
  // A garbage collection of so many objects may fall into one of them.
  for (const i of own) expect(attribute(spans[i]!, 'cpu.self_ms')).toBeGreaterThan(2.9)
  for (const i of own) expect(attribute(spans[i + 1]!, 'cpu.self_ms') ?? 0).toBeLessThan(1)
  for (const i of none) expect(attribute(spans[i]!, 'cpu.self_ms')).toBeUndefined()
})

interface Installed {
  hooks: Record<'init' | 'before' | 'after' | 'destroy', number>
  continuationHasId: boolean
  scopeIsOurs: boolean
  managerIsOurs: boolean
}

describe('hooks', () => {
  const ask = (attribution: 'on' | 'off') =>
    askFixture<Record<'before' | 'during' | 'after', Installed>>('attribution/hooks.cjs', {
      nodeArgs: ['--expose-internals', '--no-warnings'],
      args: [attribution],
    })

  test('attribution: false installs none', async () => {
    const { before, during, after } = await ask('off')
    expect(during).toEqual(before)
    expect(after).toEqual(before)
  })

  test('all are taken off at shutdown', async () => {
    const { before, during, after } = await ask('on')
    expect(during).toMatchObject({ scopeIsOurs: true, managerIsOurs: true })
    expect(during.hooks).toEqual({ ...before.hooks, before: before.hooks.before + 1 })
    expect(after).toEqual(before)
  })
})
