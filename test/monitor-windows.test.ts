import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MonitorOptions, type ResourceMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectFinite, expectWithin } from './helpers/expect'
import { sum } from './helpers/numbers'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { workInTurns } from './helpers/work'

beforeAll(settle)

/** Nothing is known of the window: the answer has no number that says otherwise, and no NaN. */
function expectNothingKnown(monitor: ResourceMonitor, startMs: number, endMs: number): void {
  const stats = monitor.between(startMs, endMs)
  expect(Object.keys(stats).toSorted()).toEqual(['coverage', 'durationMs', 'maxGapMs', 'samples'])
  expect(stats).toMatchObject({ samples: 0, coverage: 0, maxGapMs: stats.durationMs })
  expect(stats.durationMs).toBeCloseTo(endMs - startMs, 3)
  expectFinite(stats)
}

/** What work in turns takes of a CPU at its highest, in %, by what a busy machine left it of half the time. */
const leastOf = (usedMs: number, durationMs: number) => Math.min(20, (95 * usedMs) / durationMs)

describe.each(['native', 'js'] as const)('%s', (backend) => {
  const create = (options?: MonitorOptions) => createMonitor({ backend, ...options })

  describe('between()', () => {
    test('has what a stretch of work in the past cost', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      const missing: number[] = []
      for (let i = 0; i < 5; i++) {
        await sampled(monitor)
        await sleep(20)
        const before = hostCpuMs()
        const start = performance.now()
        const usedMs = burn(100)
        const end = performance.now()
        const around = hostCpuMs() - before
        await sampled(monitor)
        const stats = monitor.between(start, end)
        expect(stats.durationMs).toBeCloseTo(end - start, 3)
        expectBetween(10, stats.cpu!.timeMs, 0, around)
        missing.push(1 - stats.cpu!.timeMs / usedMs)
      }
      // Between two samples it seems to be used evenly: where the sampler had no CPU at an edge, part of it lies outside.
      expect(Math.min(...missing)).toBeLessThan(0.1)
    })

    test('adjacent windows add up', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      // Of 60 ms of work; as above, some may lie outside.
      for (let most = 0, round = 1; most <= 50; round++) {
        await sleep(20)
        const a = performance.now()
        await workInTurns(6)
        const b = performance.now()
        await workInTurns(9)
        const c = performance.now()
        await sampled(monitor)
        const [left, right, both] = [monitor.between(a, b), monitor.between(b, c), monitor.between(a, c)]
        most = both.cpu!.timeMs
        if (round === 20) expect(most).toBeGreaterThan(50)
        expect(left.cpu!.timeMs + right.cpu!.timeMs).toBeCloseTo(both.cpu!.timeMs, 2)
        expect(left.overheadMs! + right.overheadMs!).toBeCloseTo(both.overheadMs!, 2)
        expect(left.samples + right.samples).toBe(both.samples)
        // That of JavaScript has no extremes of windows as short as these: see js-clock.test.ts.
        if (backend === 'js') continue
        expect(both.cpu!.min).toBeCloseTo(Math.min(left.cpu!.min, right.cpu!.min), 0)
        expect(both.cpu!.max).toBeCloseTo(Math.max(left.cpu!.max, right.cpu!.max), 0)
      }
    })

    test('percentiles are ordered and the average lies between the extremes', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      const usedMs = await workInTurns(10, monitor)
      const { cpu, durationMs } = monitor.since(mark)
      const ordered = [cpu!.min, cpu!.p50, cpu!.p95, cpu!.p99, cpu!.max]
      expect(ordered).toEqual(ordered.toSorted((a, b) => a - b))
      expect(cpu!.avg).toBeGreaterThanOrEqual(cpu!.min)
      expect(cpu!.avg).toBeLessThanOrEqual(cpu!.max)
      expect(cpu!.max).toBeGreaterThan(leastOf(usedMs, durationMs))
      if (backend === 'native') expect(cpu!.min).toBeLessThan(20)
    })

    test('after stop() it still has what was sampled, and nothing of the time after', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      await sleep(20)
      const start = performance.now()
      await workInTurns(10, monitor)
      const end = performance.now()
      await sleep(150) // until the slowest source was read once more
      await sampled(monitor)
      const before = monitor.between(start, end)
      monitor.stop()
      const stopped = performance.now()
      await sleep(60)
      expect(monitor.between(start, end)).toEqual(before)
      expect(before.samples).toBeGreaterThan(0)
      expect(before.coverage).toBeGreaterThan(0)
      expectNothingKnown(monitor, stopped + 20, stopped + 50)
    })

    test('a window before the history or in the future is unknown, in finite numbers', async () => {
      const early = performance.now()
      await sleep(20)
      using monitor = create({ whenIdle: 'sample' }).start()
      await sleep(50)
      expectNothingKnown(monitor, early - 1000, early)
      expectNothingKnown(monitor, early, early + 5)
      expectNothingKnown(monitor, -5000, -4000)
      expectNothingKnown(monitor, performance.now() + 1000, performance.now() + 2000)
      expectNothingKnown(monitor, 1e12, 1e12 + 1)
    })

    test('before start() nothing is known', () => {
      using monitor = create()
      expectNothingKnown(monitor, performance.now() - 10, performance.now())
    })

    test('a window half in the future is half covered', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      const coverages: number[] = []
      // Until the sampler had a CPU for 200 ms.
      do {
        await sleep(50)
        const now = performance.now()
        const stats = monitor.between(now - 200, now + 200)
        const past = monitor.between(now - 200, now)
        expect(stats.durationMs).toBeCloseTo(400, 3)
        expect(Math.abs(stats.coverage - past.coverage / 2)).toBeLessThan(0.03)
        expectFinite(stats)
        coverages.push(stats.coverage)
      } while (coverages.length < 200 && coverages.at(-1)! <= 0.3)
      expect(coverages.at(-1)).toBeGreaterThan(0.3)
      expect(Math.max(...coverages)).toBeLessThan(0.6)
    })

    test('an empty window is answered in finite numbers', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      await expect.poll(() => monitor.health().samples).toBeGreaterThan(1)
      await sleep(50)
      const then = performance.now() - 20
      const stats = monitor.between(then, then)
      expect(stats.durationMs).toBe(0)
      expect(stats.cpu!.timeMs).toBe(0)
      expectFinite(stats)
    })

    test('memory lies where Node.js says it does', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      await sleep(60)
      const { memory } = monitor.since(mark)
      expectWithin(5, memory!.end, process.memoryUsage.rss())
      expect(memory!.min).toBeLessThanOrEqual(memory!.avg)
      expect(memory!.avg).toBeLessThanOrEqual(memory!.max)
      expect(memory!.max).toBeLessThanOrEqual(memory!.peak)
    })

    test('only the sources that were asked for are answered', () => {
      using monitor = create({ sources: ['memory'] }).start()
      const mark = monitor.mark()
      burn(5)
      const stats = monitor.since(mark)
      expect(stats.memory).toBeDefined()
      expect(stats).not.toHaveProperty('faults')
      expect(stats).not.toHaveProperty('contextSwitches')
      expect(stats.thread?.waitMs).toBeUndefined()
      expect(Object.keys(monitor.health().sources).toSorted()).toEqual(['memory', 'threads'])
    })
  })

  describe('samples()', () => {
    test('columns are of equal length and the points follow each other inside the window', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      await sleep(20)
      const start = performance.now()
      const usedMs = await workInTurns(10, monitor)
      const end = performance.now()
      await sampled(monitor)
      const { timeMs, cpu, thread, memory } = monitor.samples(start, end)
      expect(timeMs.length).toBeGreaterThan(10)
      const series = [cpu, memory!, ...(thread ? [thread] : [])]
      for (const { avg, min, max } of series) {
        expect([avg.length, min.length, max.length]).toEqual([timeMs.length, timeMs.length, timeMs.length])
      }
      expect(Array.from(timeMs)).toEqual(Array.from(timeMs).toSorted((a, b) => a - b))
      expect(timeMs[0]).toBeGreaterThan(start)
      expect(timeMs.at(-1)).toBeCloseTo(end, 3)
      expect(Math.max(...cpu.max)).toBeGreaterThan(leastOf(usedMs, end - start))
    })

    test('the area under the plot is the CPU time, however few points there may be', async () => {
      using monitor = create({ whenIdle: 'sample' }).start()
      await sleep(20)
      const start = performance.now()
      await workInTurns(10, monitor)
      const end = performance.now()
      await sampled(monitor)
      const truth = monitor.between(start, end).cpu!.timeMs
      for (const maxPoints of [1, 2, 7, undefined]) {
        const { timeMs, cpu } = monitor.samples(start, end, maxPoints)
        expect(timeMs.length).toBeGreaterThan(0)
        if (maxPoints !== undefined) expect(timeMs.length).toBeLessThanOrEqual(maxPoints)
        const area = sum(Array.from(timeMs, (time, i) => (time - (i > 0 ? timeMs[i - 1]! : start)) * cpu.avg[i]!)) / 100
        expectWithin(5, area, truth)
        for (const [i, avg] of cpu.avg.entries()) {
          expect(cpu.min[i]).toBeLessThanOrEqual(avg + 1e-9)
          expect(cpu.max[i]).toBeGreaterThanOrEqual(avg - 1e-9)
        }
      }
    })

    test('where nothing was sampled there are no points', () => {
      using monitor = create().start()
      expect(monitor.samples(-2000, -1000).timeMs).toHaveLength(0)
      using stopped = create()
      expect(stopped.samples(0, performance.now()).cpu.avg).toHaveLength(0)
    })
  })
})
