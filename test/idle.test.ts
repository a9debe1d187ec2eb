import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createMonitor, type ResourceMonitor } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { switchesOf, threads } from './helpers/cpu.cjs'
import { oneOfThree } from './helpers/rounds'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const samplerThreads = () => threads().filter(({ name }) => name === 'spanmeter')

/** How often the sampler thread was put on a CPU so far. */
function switches(): number {
  const [sampler, ...others] = samplerThreads()
  expect(others).toEqual([])
  const { voluntary, involuntary } = switchesOf(sampler!.tid)
  return voluntary + involuntary
}

/** What `ask` returns right after a garbage collection; finalizers run in between two of these. */
function afterCollection<T>(ask: () => T) {
  const collectAndAsk = () => {
    collectGarbage()
    return ask()
  }
  return expect.poll(collectAndAsk)
}

function parked(monitor: ResourceMonitor) {
  return expect.poll(() => monitor.health().state).toBe('parked')
}

/** In a function of its own, so that nothing holds on to what it made. */
function forget(make: () => void): void {
  make()
}

describe('the native sampler', () => {
  test('does not wake once in two seconds while nobody asks, and at once when somebody does', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    await parked(monitor)
    const before = switches()
    const { samples } = monitor.health()
    await sleep(2000)
    expect(switches()).toBe(before)
    expect(monitor.health()).toMatchObject({ state: 'parked', samples })

    const mark = monitor.mark()
    await expect.poll(() => monitor.health().state).toBe('sampling')
    // On a slow machine the budget allows fewer of them a second.
    await expect.poll(() => monitor.health().samples).toBeGreaterThan(samples + 30)
    expect(monitor.since(mark).samples).toBeGreaterThan(20)
    expect(switches()).toBeGreaterThan(before + 20)
  })

  test('parks again after each use', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    for (let i = 0; i < 3; i++) {
      await monitor.measure(() => sleep(30))
      await parked(monitor)
    }
    const before = switches()
    await sleep(300)
    expect(switches()).toBe(before)
  })

  test('goes on sampling with whenIdle: `sample`', oneOfThree, async () => {
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
    await sleep(100)
    const start = performance.now()
    await sleep(500)
    const stats = monitor.between(start, performance.now())
    expect(monitor.health().state).toBe('sampling')
    expect(stats.samples).toBeGreaterThan(100)
    expect(stats.coverage).toBeGreaterThan(0.5)
  })

  test('is kept awake by a mark that somebody holds, not by one that was forgotten', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    const held = monitor.mark()
    forget(() => {
      for (let i = 0; i < 10; i++) monitor.mark()
    })
    for (let i = 0; i < 5; i++) {
      collectGarbage()
      await sleep(20)
    }
    expect(monitor.health().state).toBe('sampling')
    held.release()
    await afterCollection(() => monitor.health().state).toBe('parked')
  })

  test('ends with the last monitor, stopped or forgotten', async () => {
    const monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
    forget(() => createMonitor({ backend: 'native', whenIdle: 'sample' }).start())
    await expect.poll(samplerThreads).toHaveLength(1)
    monitor[Symbol.dispose]()
    await afterCollection(samplerThreads).toEqual([])
  })

  test('is one thread, however many monitors there are', async () => {
    const monitors = Array.from({ length: 20 }, (_, i) => createMonitor({ backend: 'native', periodMs: i + 1 }).start())
    await expect.poll(samplerThreads).toHaveLength(1)
    await sleep(50)
    expect(samplerThreads()).toHaveLength(1)
    for (const monitor of monitors) monitor[Symbol.dispose]()
    await expect.poll(samplerThreads).toEqual([])
  })
})
