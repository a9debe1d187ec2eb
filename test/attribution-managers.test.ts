import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, type ContextManager, context, diag, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { AsyncHooksContextManager, AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { describe, expect, test, vi } from 'vitest'
import { attribute, expectMs, expectMsOfAll, inside, tracerWith, useManager } from './helpers/attribution'
import { burn } from './helpers/cpu.cjs'

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
  const work = async (ms: number) => {
    let burntMs = 0
    for (let i = 0; i < 5; i++) {
      burntMs += burn(ms)
      await sleep(1)
    }
    return burntMs
  }
  const expectAttribution = (tracer: ReturnType<typeof tracerWith>) =>
    expectMsOfAll(async () => {
      const [a, b] = [tracer.startSpan('a'), tracer.startSpan('b')]
      const [burntA, burntB] = await Promise.all([inside(a, () => work(4)), inside(b, () => work(1))])
      a.end()
      b.end()
      const selfOf = (span: Span) => attribute(span, 'cpu.self_ms') as number
      return { a: { truth: burntA, self: selfOf(a) }, b: { truth: burntB, self: selfOf(b) } }
    })

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
    const [beforeMs, attachedMs, afterMs] = inside(a, () => {
      const beforeMs = burn(5)
      const token = manager.attach(trace.setSpan(context.active(), b))
      const attachedMs = burn(10)
      token.dispose()
      return [beforeMs, attachedMs, burn(5)] as const
    })
    a.end()
    b.end()
    expectMs(attribute(a, 'cpu.self_ms'), beforeMs + afterMs)
    expectMs(attribute(b, 'cpu.self_ms'), attachedMs)
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
    const usedMs = inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
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
    const usedMs = inside(span, () => {
      const ownMs = burn(5)
      context.with(null as unknown as Context, () => burn(10))
      return ownMs
    })
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
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

  test('a parent of somebody’s own making is one that is not known', () => {
    const tracer = tracerWith({})
    const ids = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    for (const parentContext of [ids, undefined]) {
      const parent = { spanContext: () => parentContext } as Span
      const span = tracer.startSpan('span', {}, trace.setSpan(context.active(), parent))
      span.end()
      expect(attribute(span, 'cpu.time_ms')).toEqual(expect.any(Number))
    }
  })
})
