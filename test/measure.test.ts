import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MonitorOptions } from 'spanmeter'
import { beforeAll, expect, test } from 'vitest'
import { burn, threadCpuMs } from './helpers/cpu.cjs'
import { sum } from './helpers/numbers'
import { settle } from './helpers/settle'

// What measured work ran itself, whatever else the thread did meanwhile.

beforeAll(async () => {
  await settle()
  using monitor = createMonitor().start()
  for (let i = 0; i < 50; i++) await monitor.measure(() => sleep(0))
})

/**
 * Beside what is burnt in it, a piece of work has the way there and back. A busy machine, whose caches are cold, makes that
 * longer; but more than the thread used beside all that was burnt it cannot be.
 */
function expectMs(actual: number, burntMs: number, besideMs = 0): void {
  expect(actual).toBeGreaterThan(0.98 * burntMs - 0.1)
  expect(actual).toBeLessThan(burntMs + Math.max(0.03 * burntMs + 1.5, besideMs))
}

/** Begins to count what this thread uses. The function that is returned takes what was burnt since off it. */
function countBeside(): (burntMs: number) => number {
  const begin = threadCpuMs()
  return (burntMs) => threadCpuMs() - begin - burntMs
}

async function bursts(ms: number): Promise<number> {
  let usedMs = 0
  for (let i = 0; i < 10; i++) {
    usedMs += burn(ms)
    await sleep(1)
  }
  return usedMs
}

test('concurrent pieces of work have each their own time', async () => {
  using monitor = createMonitor().start()
  const beside = countBeside()
  const busy = [monitor.measure(() => bursts(5)), monitor.measure(() => bursts(1))]
  const idle = monitor.measure(async () => {
    await Promise.all(busy)
    return 0
  })
  const results = await Promise.all([...busy, idle])
  const besideMs = beside(sum(results.map(({ value }) => value)))
  for (const { value, stats } of results) {
    expectMs(stats.self!.timeMs, value, besideMs)
    expect(stats.self!.avg).toBeCloseTo((100 * stats.self!.timeMs) / stats.durationMs)
    // The window has them all.
    expect(stats.cpu!.timeMs).toBeGreaterThan(40)
  }
})

test('what was measured within it counts in the total alone', async () => {
  using monitor = createMonitor().start()
  const beside = countBeside()
  const { value, stats } = await monitor.measure(async () => {
    const beforeMs = burn(5)
    const inner = await monitor.measure(() => bursts(2))
    return { inner, ownMs: beforeMs + burn(5) }
  })
  const { inner, ownMs } = value
  const besideMs = beside(ownMs + inner.value)
  expectMs(inner.stats.self!.timeMs, inner.value, besideMs)
  expectMs(stats.self!.timeMs, ownMs, besideMs)
  expectMs(stats.self!.totalMs, ownMs + inner.value, besideMs)
})

test('synchronous work has no await to turn at', async () => {
  using monitor = createMonitor().start()
  const beside = countBeside()
  const measured = monitor.measure(() => burn(10))
  const othersMs = burn(10)
  const { value, stats } = await measured
  expectMs(stats.self!.timeMs, value, beside(value + othersMs))
})

test('what begins only when it is awaited counts, too', async () => {
  using monitor = createMonitor().start()
  const beside = countBeside()
  let usedMs = 0
  const query = () => ({
    // biome-ignore lint/suspicious/noThenProperty: as query builders do
    then(resolve: (value: number) => void) {
      usedMs += burn(5)
      setTimeout(() => {
        usedMs += burn(5)
        resolve(usedMs)
      }, 1)
    },
  })
  const { value, stats } = await monitor.measure(query as unknown as () => Promise<number>)
  expectMs(stats.self!.timeMs, value, beside(value))
})

test('what throws leaves nothing behind', async () => {
  using monitor = createMonitor().start()
  const fails = async () => {
    await sleep(1)
    throw new Error('on purpose')
  }
  await expect(monitor.measure(fails)).rejects.toThrow('on purpose')
  await expect(
    monitor.measure(() => {
      throw new Error('at once')
    }),
  ).rejects.toThrow('at once')
  burn(10)
  const beside = countBeside()
  const { value, stats } = await monitor.measure(() => burn(5))
  expectMs(stats.self!.timeMs, value, beside(value))
})

test.each<MonitorOptions>([{ attribution: false }, { backend: 'js' }])('is not measured with %o', async (options) => {
  using monitor = createMonitor(options).start()
  const { value, stats } = await monitor.measure(() => burn(5))
  expect(value).toBeGreaterThan(4)
  expect(stats.self).toBeUndefined()
})

test('attribution must be a boolean', () => {
  const options = { attribution: 'yes' } as unknown as MonitorOptions
  expect(() => createMonitor(options)).toThrow("attribution must be a boolean, got 'yes'")
})
