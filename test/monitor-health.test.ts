import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MonitorOptions } from 'spanmeter'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectFinite } from './helpers/expect'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { workInTurns } from './helpers/work'

beforeAll(settle)

describe.each(['native', 'js'] as const)('%s', (backend) => {
  const create = (options?: MonitorOptions) => createMonitor({ backend, ...options })

  describe('health()', () => {
    test('has the state, the period and what sampling costs', async () => {
      using monitor = create({ periodMs: 2, historyMs: 4000, maxOverheadPercent: 0 })
      expect(monitor.health()).toMatchObject({ backend, state: 'stopped', wantedPeriodMs: 2 })
      monitor.start()
      using mark = monitor.mark()
      const beginMs = performance.now()
      const before = monitor.health()
      await sleep(200)
      await sampled(monitor, 20)
      const after = monitor.health()
      const endMs = performance.now()
      expect(mark.timeMs).toBeGreaterThan(0)
      expect(after).toMatchObject({ state: 'sampling', wantedPeriodMs: 2, periodMs: 2, periodReason: 'wanted' })
      expect(after).not.toHaveProperty('backendReason')
      expect(after.historyMs).toBeGreaterThanOrEqual(4000)
      expect(after.samples - before.samples).toBeGreaterThan(20)
      expect(after.samples - before.samples).toBeLessThanOrEqual((endMs - beginMs) / 2 + 10)
      expect(after.cpuTimeMs).toBeGreaterThan(before.cpuTimeMs)
      expect(after.memoryBytes).toBeGreaterThan(2000 * 16)
      for (const ticks of Object.values(after.missedTicks)) expect(ticks).toBeGreaterThanOrEqual(0)
      expect(after.maxGapMs).toBeGreaterThan(after.periodMs * 0.5)
      const { p50, p99, max } = after.lateness
      expect([p50, p99, max]).toEqual([p50, p99, max].toSorted((a, b) => a - b))
      expect(after.sources.memory).toEqual({ available: true })
      expectFinite(after.lateness)
    })

    test('a source that is not read has a reason', () => {
      using monitor = create().start()
      using mark = monitor.mark()
      expect(mark.timeMs).toBeGreaterThan(0)
      const { sources } = monitor.health()
      expect(Object.keys(sources)).toEqual(expect.arrayContaining(['faults', 'memory', 'schedstat', 'threads']))
      for (const source of Object.values(sources)) {
        if (source.available) expect(source).toEqual({ available: true })
        else expect(source.reason).toMatch(/\w+/)
      }
      if (backend === 'js') expect(sources.schedstat).toEqual({ available: false, reason: 'needs the native sampler' })
    })
  })
})

test('js: what the sampler waited in its callbacks is not its CPU time', async () => {
  // A reading that waits, as one does that the scheduler cuts in two.
  const read = process.resourceUsage
  const word = new Int32Array(new SharedArrayBuffer(4))
  const slow = vi.spyOn(process, 'resourceUsage').mockImplementation(() => {
    Atomics.wait(word, 0, 0, 2)
    return read.call(process)
  })
  try {
    using monitor = createMonitor({ backend: 'js' }).start()
    const before = hostCpuMs()
    const mark = monitor.mark()
    const usedMs = await workInTurns(10)
    const stats = monitor.since(mark)
    const around = hostCpuMs() - before
    expect(stats.samples).toBeGreaterThan(5)
    expect(stats.cpu!.timeMs).toBeGreaterThan(usedMs * 0.9)
    expectBetween(20, stats.cpu!.timeMs + stats.overheadMs!, usedMs, around)
  } finally {
    slow.mockRestore()
  }
})

test('native monitors share a sampler: the shortest period is in force while somebody asks for it', async () => {
  // Without a budget, by which a sampler that is costly here and now makes the period longer.
  const options = { backend: 'native', maxOverheadPercent: 0 } as const
  using slow = createMonitor({ ...options, periodMs: 20, whenIdle: 'sample' }).start()
  expect(slow.health()).toMatchObject({ wantedPeriodMs: 20, periodMs: 20 })
  const fast = createMonitor({ ...options, periodMs: 1 }).start()
  await expect.poll(() => slow.health().periodMs).toBe(1)
  expect(slow.health().wantedPeriodMs).toBe(20)
  fast[Symbol.dispose]()
  await expect.poll(() => slow.health().periodMs).toBe(20)
  const before = hostCpuMs()
  const mark = slow.mark()
  const usedMs = burn(50)
  const stats = slow.since(mark)
  expectBetween(10, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
})
