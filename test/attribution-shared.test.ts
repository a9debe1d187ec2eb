import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { attribute, inside, tracerWith } from './helpers/attribution'

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

  // By hand, as from a message of a queue, and perhaps without saying that it is remote.
  test.each([
    ['is in another process', { isRemote: true }],
    ['is in another process, which nobody said', {}],
    ['is none', { spanId: '0'.repeat(16) }],
  ])('a span whose parent %s is a root', (_, facts) => {
    const tracer = tracerWith({})
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, ...facts }
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote)
    const spans = [tracer.startSpan('a', {}, parent), tracer.startSpan('b', {}, parent)]
    for (const span of spans) span.end()
    for (const span of spans) expect(attribute(span, 'shared')).toBe(true)
  })
})
