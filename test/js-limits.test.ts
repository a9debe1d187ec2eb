import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type ResourceStats } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { askFixture } from './helpers/child'
import { allowedCores } from './helpers/cores'
import { oneOfThree } from './helpers/rounds'
import { TestThread } from './helpers/worker'

// The JavaScript sampler beside threads that run while it reads: its CPU clock is behind by what they ran since the last
// tick of the scheduler, which catches up all at once.

const limit = 101 * allowedCores()

describe.each(['1', '2', '4', '8'])('%s busy threads of the pool', (threads) => {
  test.each([
    ['1', 'idle'],
    ['1', 'busy'],
    ['10', 'idle'],
    ['10', 'busy'],
  ])('sampled every %s ms, the loop %s: no number is more than the cores can give', async (...args) => {
    interface Highest {
      highest: Record<'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99' | 'ofTime' | 'sample', number>
      outOfOrder: ResourceStats['cpu'][]
      windows: number
    }
    const env = { UV_THREADPOOL_SIZE: '8' }
    const { highest, outOfOrder, windows } = await askFixture<Highest>('js-sampler/pool.cjs', {
      args: [threads, ...args],
      env,
    })
    expect(outOfOrder).toEqual([])
    expect(windows).toBe(308)
    expect(Object.keys(highest)).toHaveLength(8)
    for (const [name, percent] of Object.entries(highest)) {
      expect(percent, name).toBeGreaterThan(0)
      expect(percent, name).toBeLessThan(limit + 0.001)
    }
  })
})

test('a thread that works for a time and rests for a time is seen to do so', oneOfThree, async () => {
  await using thread = await TestThread.start()
  using monitor = createMonitor({ backend: 'js', periodMs: 10 }).start()
  const mark = monitor.mark()
  const before = process.cpuUsage()
  const { startMs, endMs, usedMs } = await thread.do('spin', 1600)
  await sleep(1600)
  const { cpu } = monitor.since(mark)
  const { user, system } = process.cpuUsage(before)
  expect(cpu!.timeMs).toBeGreaterThan(0.98 * usedMs - 10)
  expect(cpu!.timeMs).toBeLessThan((user + system) / 1000 + 10)
  // Other processes of this machine may have had some of the time.
  const share = (100 * usedMs) / (endMs - startMs)
  expect(cpu!.max).toBeGreaterThan(0.8 * share)
  expect(cpu!.min).toBeLessThan(0.3 * share)
  expect(monitor.between(startMs, endMs).cpu!.avg).toBeGreaterThan(0.97 * share)
})

test('health() says how long a piece must be for a rate', () => {
  using monitor = createMonitor({ backend: 'js' })
  const { reason } = monitor.health().sources.threads!
  expect(reason).toMatch(/process\.cpuUsage\(\) may be a scheduler tick behind/)
  if (allowedCores() > 1) expect(reason).toMatch(/extremes and percentiles of cpu are those of \d{3} ms and more/)
})
