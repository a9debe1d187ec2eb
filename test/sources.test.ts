import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'

describe('what is read beside the CPU clocks', () => {
  test('sources that were not asked for are absent', async () => {
    using monitor = createMonitor({ backend: 'native', sources: [], whenIdle: 'sample' }).start()
    const mark = monitor.mark()
    await sleep(150)
    const stats = monitor.since(mark)
    for (const name of ['memory', 'faults', 'contextSwitches', 'io', 'network', 'cgroup'] as const) {
      expect(stats).not.toHaveProperty(name)
    }
    expect(stats.thread).not.toHaveProperty('waitMs')
    expect(Object.keys(monitor.health().sources)).toEqual(['threads'])
  })

  test('a source is either read or says why not', async () => {
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
    const mark = monitor.mark()
    await sleep(250)
    const stats = monitor.since(mark)
    for (const [name, { available, reason }] of Object.entries(monitor.health().sources)) {
      expect(available ? undefined : reason, name).toEqual(available ? undefined : expect.any(String))
    }
    expect(stats.network === undefined).toBe(monitor.health().sources.network?.available === false)
    const { cgroup } = stats
    expect(cgroup?.cpuLimit ?? 1).toBeGreaterThan(0)
    if (cgroup?.cpuLimit) expect(cgroup.cpuOfLimit).toBeCloseTo(stats.cpu!.avg / cgroup.cpuLimit, 6)
  })
})

describe('a window that has just ended', () => {
  test('knows the sources that are read seldom as well', async () => {
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
    await sleep(300)
    const begin = performance.now()
    await sleep(60)
    const pages = 500
    const memory = Buffer.allocUnsafeSlow(pages * 4096)
    for (let page = 0; page < pages; page++) memory[page * 4096] = 1
    burn(5)
    const { faults, contextSwitches, thread } = monitor.between(begin, performance.now())
    expect(faults?.minor).toBeGreaterThanOrEqual(pages * 0.9)
    expect(contextSwitches).toBeDefined()
    expect(thread?.waitMs).toBeGreaterThanOrEqual(0)
  })
})

describe('maxOverheadPercent', () => {
  test('lengthens the period when samples cost more, says so, and statistics stay right', async () => {
    using monitor = createMonitor({ backend: 'native', periodMs: 0.05, whenIdle: 'sample', maxOverheadPercent: 1 })
    monitor.start()
    await expect.poll(() => monitor.health().periodReason).toBe('budget')
    await sleep(500) // the cost at the new period shows
    const before = hostCpuMs()
    const mark = monitor.mark()
    const usedMs = burn(300)
    const stats = monitor.since(mark)
    expect(monitor.health().periodMs).toBeGreaterThan(0.05)
    expectBetween(3, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
    // It is an average over the last 100 ms that is kept within the budget, not each moment.
    expect((100 * stats.overheadMs!) / stats.durationMs).toBeLessThan(3)
  })

  test('0 is no limit', async () => {
    using monitor = createMonitor({ backend: 'native', periodMs: 0.5, whenIdle: 'sample', maxOverheadPercent: 0 })
    monitor.start()
    await sleep(500)
    expect(monitor.health()).toMatchObject({ periodMs: 0.5, periodReason: 'wanted' })
  })

  test('another monitor with a shorter period is named as the reason', async () => {
    using slow = createMonitor({ backend: 'native', periodMs: 50, maxOverheadPercent: 0 }).start()
    using fast = createMonitor({ backend: 'native', periodMs: 5, maxOverheadPercent: 0 }).start()
    await expect.poll(() => slow.health()).toMatchObject({ wantedPeriodMs: 50, periodMs: 5, periodReason: 'shared' })
    expect(fast.health().periodReason).toBe('wanted')
  })
})
