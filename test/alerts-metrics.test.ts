import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { type Alert, createAlerts } from 'spanmeter/alerts'
import { describe, expect, test } from 'vitest'
import { builtInMetrics } from '../dist/alerts/metrics.js'
import { expectWithin } from './helpers/expect'
import { newTracing } from './helpers/metering'
import { oneOfThree } from './helpers/rounds'
import { Staircase } from './helpers/staircase'

// What the rules read, against what is known otherwise.

const mebibyte = 2 ** 20
const above = { condition: 'greater_than' } as const

describe('each metric', () => {
  test('is read where the machine has it, by samples and by means', async () => {
    newTracing()
    using monitor = createMonitor({ whenIdle: 'sample' }).start()
    const rules = builtInMetrics.flatMap((metric) => [
      { ...above, name: metric, metric, threshold: -1 },
      { ...above, name: `${metric}, mean`, metric, threshold: -1, averageMs: 200 },
    ])
    const seen = new Map<string, Alert>()
    await using alerts = createAlerts({ monitor, rules, intervalMs: 100 })
    alerts.on('firing', (alert) => seen.set(alert.name, alert))
    await expect.poll(() => seen.has('throttled.percent') || seen.has('wait.percent')).toBe(true)
    const isThere = (metric: string) => seen.has(metric) && seen.has(`${metric}, mean`)
    const always = builtInMetrics.filter((metric) => !/limit_percent$|^throttled|^wait/.test(metric))
    await expect.poll(() => always.every(isThere)).toBe(true)
    await sleep(1000)
    const { cgroup } = monitor.between(performance.now() - 900, performance.now() - 300)
    const absent = [
      ...(cgroup?.cpuLimit === undefined ? ['cpu.limit_percent'] : []),
      ...(cgroup?.throttledMs === undefined ? ['throttled.percent'] : []),
      ...(cgroup?.memoryLimit === undefined ? ['memory.limit_percent'] : []),
    ]
    const expected = builtInMetrics.filter((metric) => !absent.includes(metric))
    expect([...seen.keys()].sort()).toEqual(expected.flatMap((metric) => [metric, `${metric}, mean`]).sort())
    for (const [name, { value, peak }] of seen) expect(value <= peak && Number.isFinite(value), name).toBe(true)
    expectWithin(30, seen.get('memory.bytes')!.value, process.memoryUsage.rss())
  })
})

test(
  'memory that is used and given back while the loop is blocked is one alert, with its peak',
  oneOfThree,
  async () => {
    const seen: Alert[] = []
    const over: Alert[] = []
    await using alerts = createAlerts()
    alerts.on('firing', (alert) => seen.push(alert))
    // Where the sampler had no CPU yet, its end is known only later.
    alerts.on('resolved', (alert) => over.push(alert))
    const before = process.memoryUsage.rss()
    alerts.add({ ...above, name: 'memory', metric: 'memory.bytes', threshold: before + 100 * mebibyte })
    await sleep(100)
    const stairs = new Staircase(200 * mebibyte)
    const begin = Date.now()
    stairs.step(200 * mebibyte)
    for (const end = performance.now() + 200; performance.now() < end; );
    stairs.step(-200 * mebibyte)
    const end = Date.now()
    await expect.poll(() => over.length).toBe(1)
    expect(seen).toHaveLength(1)
    const [alert] = over
    expect(alert!.peak).toBeGreaterThan(before + 190 * mebibyte)
    // The sampler reads memory each 4 ms, where it has a CPU.
    expect(alert!.startedAt.getTime()).toBeGreaterThanOrEqual(begin - 20)
    expect(alert!.endedAt!.getTime()).toBeLessThanOrEqual(end + 1000)
    expect(alert!.durationMs).toBeGreaterThan(100)
  },
)

test('a function that throws is unknown, warned of once, and keeps no other rule from being looked at', async () => {
  const seen: string[] = []
  const warnings: string[] = []
  const onWarning = ({ message }: Error) => warnings.push(message)
  process.on('warning', onWarning)
  const metrics = {
    broken: () => {
      throw new Error('no')
    },
    good: () => 7,
    unknown: () => undefined,
  }
  const rules = Object.keys(metrics).map((name) => ({ ...above, name, metric: name, threshold: 1 }))
  await using alerts = createAlerts({ metrics, rules, intervalMs: 50 })
  alerts.on('firing', ({ name }) => seen.push(name))
  await expect.poll(() => alerts.health().looks).toBeGreaterThan(3)
  process.off('warning', onWarning)
  expect(seen).toEqual(['good'])
  expect(warnings).toEqual(['spanmeter: the metric broken cannot be read: no'])
})
