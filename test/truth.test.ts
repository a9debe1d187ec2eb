import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { burn, cpuMsOf, hostCpuMs, hostVoluntarySwitches, threadCpuMs, threads } from './helpers/cpu.cjs'
import { expectBetween, expectWithin } from './helpers/expect'
import { median } from './helpers/numbers'
import { oneOfThree } from './helpers/rounds'
import { burnUntilSampled, sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { TestThread } from './helpers/worker'

const mebibyte = 2 ** 20

beforeAll(settle)

/** Memory that nobody has touched before, in steps small enough not to be served from what was freed. */
function touch(bytes: number, step: number): Buffer[] {
  return Array.from({ length: bytes / step }, () => Buffer.alloc(step).fill(1))
}

describe('process', () => {
  test('300 ms of CPU on another thread in a window of a second are counted to 1 %', async () => {
    await using thread = await TestThread.start()
    await thread.do('burn', 50)
    using monitor = createMonitor({ backend: 'native' }).start()
    await sleep(100)
    const sampler = threads().find(({ name }) => name === 'spanmeter')!

    const shares: number[] = []
    for (let i = 0; i < 3; i++) {
      const hostBefore = hostCpuMs()
      const samplerBefore = cpuMsOf(sampler.tid)
      const mark = monitor.mark()
      const { usedMs } = await thread.do('burn', 300)
      await sleep(700)
      const stats = monitor.since(mark)
      shares.push(stats.cpu!.timeMs / (hostCpuMs() - hostBefore))
      mark.release()
      await expect.poll(() => monitor.health().state).toBe('parked')
      const samplerMs = cpuMsOf(sampler.tid) - samplerBefore

      expect(stats.durationMs).toBeGreaterThan(999)
      expect(stats.cpu!.timeMs).toBeGreaterThan(usedMs)
      expect(stats.thread!.timeMs).toBeLessThan(50)
      // The sampler went on for a moment after the window.
      expect(stats.overheadMs).toBeGreaterThan(samplerMs * 0.8)
      expect(stats.overheadMs).toBeLessThanOrEqual(samplerMs)
    }
    // The truth is a scheduler tick short when a compiler or collector happens to run while it is read.
    expectWithin(1, median(shares), 1)
  })

  test('each sample of a steady thread reads 100 %, not what a scheduler tick booked', async () => {
    await using thread = await TestThread.start()
    await thread.do('spin', 100) // so that it is compiled
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
    const most: number[] = []
    while (most.length < 5 && Math.min(...most) >= 150) {
      await sampled(monitor)
      const { startMs, endMs, usedMs } = await thread.do('spin', 300)
      await sampled(monitor)
      const { cpu } = monitor.between(startMs + 20, endMs - 20)
      const share = (100 * usedMs) / (endMs - startMs) // what others on this machine got is no fault of the reading
      expect(Math.abs(cpu!.avg - share)).toBeLessThan(20)
      if (share > 98) expectWithin(3, cpu!.p50, 100)
      most.push(cpu!.max)
    }
    expect(Math.min(...most)).toBeLessThan(150) // no collector is at work beside the thread in each round
  })

  test('0.3 ms between two samples 100 ms apart are counted to 10 %', () => {
    using monitor = createMonitor({ backend: 'native', periodMs: 100 }).start()
    using awake = monitor.mark()
    expect(awake.timeMs).toBeGreaterThan(0)
    const windows = Array.from({ length: 101 }, () => {
      const before = threadCpuMs()
      const mark = monitor.mark()
      const usedMs = burn(0.3)
      const { timeMs } = monitor.since(mark).cpu!
      return { timeMs, usedMs, aroundMs: threadCpuMs() - before }
    })
    expect(median(windows.map(({ timeMs, usedMs }) => timeMs / usedMs))).toBeGreaterThan(0.9)
    expect(median(windows.map(({ timeMs, aroundMs }) => timeMs / aroundMs))).toBeLessThan(1.1)
  })

  test('64 MiB touched in steps are seen in the resident set', oneOfThree, async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    await sleep(50)
    const before = process.memoryUsage.rss()
    const mark = monitor.mark()
    const held: Buffer[] = []
    // A collector may give back some of the rest meanwhile, or take more.
    let most = 0
    for (let i = 0; i < 16; i++) {
      held.push(...touch(4 * mebibyte, 4 * mebibyte))
      most = Math.max(most, process.memoryUsage.rss() - before)
      await sleep(5)
    }
    const { memory } = monitor.since(mark)
    expect(held).toHaveLength(16)
    expect(most).toBeGreaterThan(48 * mebibyte)
    expect(Math.abs(memory!.max - memory!.start - most)).toBeLessThan(2 * mebibyte)
    // Touched evenly over the window, so the mean lies half-way.
    expect(Math.abs((memory!.avg - memory!.start) / (memory!.max - memory!.start) - 0.5)).toBeLessThan(0.15)
  })

  test('minor faults are the pages that were touched', () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    const mark = monitor.mark()
    const before = process.resourceUsage().minorPageFault
    // Until enough of it was new: some may have been touched by earlier tests.
    const held: Buffer[] = []
    let truth = 0
    while (truth <= 1000 && held.length < 2048) {
      held.push(...touch(8 * mebibyte, mebibyte / 4))
      truth = process.resourceUsage().minorPageFault - before
    }
    const { faults } = monitor.since(mark)
    expect(truth).toBeGreaterThan(1000)
    expectWithin(3, faults!.minor, truth)
  })

  test('context switches are those of the host, without the sampler', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    await sleep(50)
    const before = hostVoluntarySwitches()
    const mark = monitor.mark()
    for (let i = 0; i < 50; i++) await sleep(5)
    await sampled(monitor, 30)
    const { contextSwitches, samples } = monitor.since(mark)
    const truth = hostVoluntarySwitches() - before
    expect(truth).toBeGreaterThanOrEqual(50)
    // The sampler alone switches once a sample.
    expect(samples).toBeGreaterThan(30)
    expect(Math.abs(contextSwitches!.voluntary - truth)).toBeLessThan(10)
  })
})

describe('worker threads', () => {
  test("a worker's monitor counts the worker's thread, and the main one's the main thread", async () => {
    await using worker = await TestThread.start({ periodMs: 1 })
    using monitor = createMonitor({ backend: 'native' }).start()
    await worker.do('burn', 20)

    let mainMark = monitor.mark()
    let mainBefore = threadCpuMs()
    await worker.do('mark')
    const { usedMs } = await worker.do('burn', 100)
    const inWorker = await worker.do('since')
    let main = monitor.since(mainMark)
    let mainMs = threadCpuMs() - mainBefore
    expectBetween(5, inWorker.stats.thread!.timeMs, usedMs, inWorker.threadMs)
    expectWithin(5, inWorker.stats.thread!.timeMs, inWorker.threadMs)
    expect(Math.abs(main.thread!.timeMs - mainMs)).toBeLessThan(2)
    expect(main.thread!.timeMs).toBeLessThan(30)
    expect(main.cpu!.timeMs).toBeGreaterThan(usedMs)

    await worker.do('mark')
    mainMark = monitor.mark()
    mainBefore = threadCpuMs()
    const burnt = burn(100)
    main = monitor.since(mainMark)
    mainMs = threadCpuMs() - mainBefore
    const idle = await worker.do('since')
    expectWithin(5, main.thread!.timeMs, mainMs)
    expect(idle.stats.thread!.timeMs).toBeLessThan(20)
    expect(Math.abs(idle.stats.thread!.timeMs - idle.threadMs)).toBeLessThan(2)
    expect(idle.stats.cpu!.timeMs).toBeGreaterThan(burnt)
  })

  test("a worker's times are its own performance.now()", async () => {
    await using worker = await TestThread.start({ whenIdle: 'sample', maxOverheadPercent: 0 })
    const { before, markMs, after } = await worker.do('mark')
    expect(markMs).toBeGreaterThan(before - 0.01)
    expect(markMs).toBeLessThan(after + 0.01)
    // By how much each round is wrong, of 5 % inside and 3 ms after it: the sampler may have no CPU at an edge.
    const errors: number[] = []
    while (errors.length < 5 && Math.min(...errors) >= 1) {
      const { startMs, endMs, usedMs } = await worker.do('burn', 80)
      await sleep(20)
      const inside = await worker.do('between', [startMs, endMs])
      const later = await worker.do('between', [endMs + 5, endMs + 15])
      const share = (inside.thread?.timeMs ?? 0) / usedMs
      errors.push(Math.max(Math.abs(share - 1) / 0.05, (later.thread?.timeMs ?? Infinity) / 3))
    }
    expect(Math.min(...errors)).toBeLessThan(1)
  })

  test('several workers at once each read their own', async () => {
    const parts = [20, 50, 90]
    const workers = await Promise.all(parts.map(() => TestThread.start({ periodMs: 1 })))
    try {
      await Promise.all(workers.map((worker) => worker.do('burn', 10)))
      await Promise.all(workers.map((worker) => worker.do('mark')))
      const burns = await Promise.all(workers.map((worker, i) => worker.do('burn', parts[i])))
      const answers = await Promise.all(workers.map((worker) => worker.do('since')))
      const total = burns.reduce((sum, { usedMs }) => sum + usedMs, 0)
      for (const [i, { stats, threadMs }] of answers.entries()) {
        expect(stats.thread!.timeMs).toBeGreaterThan(burns[i]!.usedMs)
        expect(stats.thread!.timeMs).toBeLessThan(threadMs + 5)
      }
      expect(Math.max(...answers.map(({ stats }) => stats.cpu!.timeMs))).toBeGreaterThan(total * 0.97)
    } finally {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))
    }
  })

  test('a worker that is terminated with an open mark leaves the others measuring and lets the sampler park', async () => {
    using monitor = createMonitor({ backend: 'native', maxOverheadPercent: 0 }).start()
    {
      await using worker = await TestThread.start({ whenIdle: 'sample' })
      await worker.do('mark')
      await expect.poll(() => monitor.health().state).toBe('sampling')
      await sleep(60)
      expect(monitor.health().state).toBe('sampling')
    }
    await expect.poll(() => monitor.health().state).toBe('parked')
    const before = hostCpuMs()
    const mark = monitor.mark()
    let usedMs = burn(50)
    usedMs += burnUntilSampled(10, monitor, 10)
    const stats = monitor.since(mark)
    expectBetween(10, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
    expect(stats.samples).toBeGreaterThan(10)
  })

  test('a sampler outlives the worker that started it, and ends with the last monitor', async () => {
    {
      await using worker = await TestThread.start({})
      await worker.do('mark')
      await expect.poll(() => threads().map(({ name }) => name)).toContain('spanmeter')
    }
    await expect.poll(() => threads().map(({ name }) => name)).not.toContain('spanmeter')
  })
})
