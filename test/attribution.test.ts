import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, context, type Span, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { describe, expect, test } from 'vitest'
import { attribute, expectMs, inside, tracerWith } from './helpers/attribution'
import { askFixture } from './helpers/child'
import { burn } from './helpers/cpu.cjs'

describe('attributes', () => {
  test('a span has what it ran itself, its children not counted', async () => {
    const tracer = tracerWith({})
    const parent = tracer.startSpan('parent')
    let child: Span | undefined
    let [parentMs, childMs] = [0, 0]
    await inside(parent, async () => {
      parentMs += burn(10)
      child = tracer.startSpan('child')
      await inside(child, async () => {
        childMs += burn(20)
        await sleep(5)
        childMs += burn(20)
      })
      child.end()
      parentMs += burn(10)
    })
    parent.end()
    expectMs(attribute(parent, 'cpu.self_ms'), parentMs)
    expectMs(attribute(child!, 'cpu.self_ms'), childMs)
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
    const rootMs = inside(root, () => burn(5))
    const middleMs = inside(middle, () => burn(10))
    const leafMs = inside(leaf, () => burn(20))
    const openMs = inside(open, () => burn(40))
    leaf.end()
    middle.end()
    root.end()
    open.end()
    expectMs(attribute(leaf, 'cpu.total_ms'), leafMs)
    expectMs(attribute(middle, 'cpu.total_ms'), middleMs + leafMs)
    expectMs(attribute(root, 'cpu.total_ms'), rootMs + middleMs + leafMs + openMs)
    expectMs(attribute(open, 'cpu.total_ms'), openMs)
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
    const usedMs = inside(span, () => burn(2))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
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
    const usedMs = context.with(inner, () => burn(5))
    for (const span of spans.slice(0, 100)) span.end()
    for (const span of spans.slice(100).reverse()) span.end()
    expectMs(attribute(spans[0]!, 'cpu.total_ms'), usedMs)
    expectMs(attribute(spans.at(-1)!, 'cpu.self_ms'), usedMs)
    expect(context.with(inner, () => 5)).toBe(5)
  })

  test('a span with a given start has what it ran while it was open, in percent of its whole duration', () => {
    const tracer = tracerWith({ cpuThreshold: 99 })
    const span = tracer.startSpan('backdated', { startTime: Date.now() - 100 })
    const usedMs = inside(span, () => burn(10))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
    expect(attribute(span, 'cpu.self_avg')).toBeLessThan(15)
    expect(attribute(span, 'cpu_bound')).toBeUndefined()
  })
})

describe('several processors', () => {
  test('each by its own options', () => {
    const tracer = tracerWith({}, { prefix: 'resource.other', attribution: false })
    const span = tracer.startSpan('span')
    const usedMs = inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
    expect(attribute(span, 'other.cpu.time_ms')).toBeGreaterThan(4)
    expect(attribute(span, 'other.cpu.self_ms')).toBeUndefined()
  })

  test('write the same', async () => {
    const tracer = tracerWith({ prefix: 'resource' }, { prefix: 'resource.other' })
    const span = tracer.startSpan('span')
    const usedMs = inside(span, () => burn(10))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), usedMs)
    expect(attribute(span, 'other.cpu.self_ms')).toBe(attribute(span, 'cpu.self_ms'))
  })

  test('go on when one is shut down', async () => {
    const first = tracerWith({})
    const span = first.startSpan('span')
    const other = new ResourceSpanProcessor()
    const beforeMs = inside(span, () => burn(5))
    await other.shutdown()
    await other.shutdown()
    const afterMs = inside(span, () => burn(5))
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), beforeMs + afterMs)
  })
})

test('is no more than the process used in the window, where an absence of the thread was not seen before its end', () => {
  using monitor = createMonitor({ backend: 'native' })
  // As if the end of the window had found that the thread was away for most of it.
  const native = monitor as typeof monitor & { closeSpanEssentials(span: number): { cpu: { timeMs: number } } }
  const closeSpan = native.closeSpanEssentials.bind(monitor)
  native.closeSpanEssentials = (span) => {
    const stats = closeSpan(span)
    stats.cpu.timeMs = 2
    return stats
  }
  const span = tracerWith({ monitor }).startSpan('span')
  const usedMs = inside(span, () => burn(5))
  span.end()
  expect(usedMs).toBeGreaterThan(4)
  expect(attribute(span, 'cpu.time_ms')).toBe(2)
  expect(attribute(span, 'cpu.self_ms')).toBe(2)
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
