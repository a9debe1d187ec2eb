import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import * as promClient from 'prom-client'
import * as promClient14 from 'prom-client-14'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { describe, expect, test } from 'vitest'
import { collect, scrape } from './helpers/collecting'
import { burn, threadCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { hasPrometheus, parseExposition, promtoolCheck, sampleOf } from './helpers/exposition'
import { aSpan, publishSpanCost } from './helpers/span-costs'
import { Tracing } from './helpers/tracing'

describe('what spans cost', () => {
  test('is in the buckets where the CPU that was burnt belongs', async () => {
    const register = new promClient.Registry()
    collect({ register })
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const tracing = new Tracing(new ResourceSpanProcessor())
    const tracer = tracing.provider.getTracer('test')
    const burnt = { short: 0, long: 0 }
    const around = { short: 0, long: 0 }
    const work = (name: keyof typeof burnt, ms: number) => {
      const before = threadCpuMs()
      tracer.startActiveSpan(name, (span) => {
        burnt[name] += burn(ms)
        span.end()
      })
      around[name] += threadCpuMs() - before
    }
    for (let i = 0; i < 50; i++) work('short', 3)
    for (let i = 0; i < 10; i++) work('long', 30)
    const families = await scrape(register)
    await tracing.provider.shutdown()
    context.disable()

    const self = (suffix: string, labels: Record<string, string>) => {
      return sampleOf(families, `spanmeter_span_cpu_self_seconds_${suffix}`, labels)!
    }
    const between = (name: string, low: string, high: string) => {
      return self('bucket', { span_name: name, le: high }) - self('bucket', { span_name: name, le: low })
    }
    for (const name of ['short', 'long'] as const)
      expectBetween(5, 1e3 * self('sum', { span_name: name }), burnt[name], around[name])
    expect(self('count', { span_name: 'short' })).toBe(50)
    expect(between('short', '0.0025', '0.005')).toBeGreaterThan(45)
    expect(between('long', '0.025', '0.05')).toBe(10)
    const memory = families.get('spanmeter_span_memory_max_bytes')!.samples.find(({ name }) => name.endsWith('_sum'))!
    expectWithin(50, memory.value / 50, process.memoryUsage.rss())
  })

  const hostile = [
    '',
    'two\nlines\r\n',
    'a "quote" and a \\ and a \\n and a {brace="x"} 1',
    '# HELP forged',
    '🔥'.repeat(150),
    `x${'🔥'.repeat(150)}`,
    'x'.repeat(10_000),
    '\u0000\u001b[31m\u2028',
    'lone \ud800 half',
    'lone \udbff half',
    '__proto__',
  ]

  test.each([
    [15, promClient],
    [14, promClient14],
  ] as const)('survives hostile names in prom-client %i', async (version, client) => {
    const register = new client.Registry()
    collect({ register: register as promClient.Registry })
    for (const name of hostile) publishSpanCost(name, aSpan, { shared: false })
    const text = Buffer.from(await register.metrics()).toString()
    const { samples } = parseExposition(text).get('spanmeter_span_cpu_time_seconds')!
    const counts = samples.filter(({ name }) => name.endsWith('_count'))
    // Both with half a pair are the same in UTF-8.
    expect(counts).toHaveLength(hostile.length - 1)
    if (hasPrometheus) expect(promtoolCheck(text)).toEqual([])
    // 14 takes a backslash before an n for a line feed.
    if (version === 14) return
    for (const { labels } of counts) {
      const name = labels.span_name!
      expect(name.length).toBeLessThanOrEqual(201)
      const start = name.replace(/[…\ufffd]+$/, '')
      expect(hostile.some((known) => Buffer.from(known).toString().startsWith(start))).toBe(true)
    }
    for (const name of hostile.slice(0, 4)) expect(counts.map(({ labels }) => labels.span_name)).toContain(name)
  })

  test('of a million names, as many as allowed have series of their own, and the rest one together', async () => {
    const register = new promClient.Registry()
    collect({ register, maxSpanNames: 20 })
    for (let i = 0; i < 1e6; i++) publishSpanCost(`GET /users/${i}`, aSpan, { shared: false })
    const text = await register.metrics()
    expect(text.length).toBeLessThan(100_000)
    const { samples } = parseExposition(text).get('spanmeter_span_cpu_time_seconds')!
    const counts = samples.filter(({ name }) => name.endsWith('_count'))
    expect(counts).toHaveLength(21)
    const overflow = counts.filter(({ labels }) => labels.otel_metric_overflow === 'true')
    expect(overflow).toEqual([{ name: counts[0]!.name, labels: { otel_metric_overflow: 'true' }, value: 1e6 - 20 }])
  })
})
