import { expect } from 'vitest'
import type { ReceivedSpan } from './otlp'

/** Every span has these, on a machine whose kernel has all of them. */
const always = [
  'cpu.self_ms',
  'cpu.self_avg',
  'cpu.others_ms',
  'cpu.wait_ms',
  'memory.avg_mb',
  'memory.max_mb',
  'memory.min_mb',
  'samples',
]
/** And these, unless the sampler had no CPU at all while the span was open. */
const sampled = ['cpu.avg', 'cpu.max', 'cpu.min', 'cpu.time_ms']
const sometimes = ['cpu.throttled_ms', 'shared', 'cpu_bound', 'coverage']

/** The default attributes of a span, without `resource.`. Expects them to be complete. */
export function defaultsOf({ name, attributes }: ReceivedSpan): Record<string, number> {
  const ours = Object.entries(attributes).filter(([key]) => key.startsWith('resource.'))
  const found = Object.fromEntries(ours.map(([key, value]) => [key.slice('resource.'.length), value as number]))
  const names = Object.keys(found).filter((key) => !sometimes.includes(key))
  const expected = found.coverage === 0 ? always : [...always, ...sampled]
  expect(names.toSorted(), name).toEqual(expected.toSorted())
  return found
}

/** What a span of test/fixtures/sdks/work.cjs ran, in ms of CPU: what it burned, and the most that it can have been. */
export interface SpanTruth {
  burnedMs: number
  mostMs: number
}

/** Within 2 ms or 5 % of the truth: a span runs a little code of its own beside what it is measured by. */
export function closeTo(truth: number, most = truth): (value: number) => boolean {
  return (value) => value >= truth - errorOf(truth) && value <= most + errorOf(truth)
}

function errorOf(truth: number): number {
  return Math.max(2, 0.05 * truth)
}

/** Expects each span of test/fixtures/sdks/work.cjs once, with its own attributes and what it truly cost. */
export function expectTrueAttributes(
  exported: readonly ReceivedSpan[],
  truth: Readonly<Record<string, SpanTruth>>,
): void {
  const spans = exported.filter(({ name }) => name !== 'warm-up')
  expect(spans.map(({ name }) => name).toSorted()).toEqual(Object.keys(truth).toSorted())
  for (const span of spans) {
    const { name, attributes } = span
    const found = defaultsOf(span)
    const own = Object.entries(attributes).filter(([key]) => !key.startsWith('resource.'))
    expect(Object.fromEntries(own)).toEqual({ 'app.name': name, 'app.done': true })
    const { burnedMs, mostMs } = truth[name]!
    expect(found['cpu.self_ms'], `${name} ran ${burnedMs} to ${mostMs} ms`).toSatisfy(closeTo(burnedMs, mostMs))
    expect(found['cpu.time_ms'], name).toBeGreaterThanOrEqual(burnedMs)
    expect(found['memory.max_mb'], name).toBeGreaterThan(20)
  }
}
