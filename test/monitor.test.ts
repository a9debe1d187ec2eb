import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MonitorOptions, type ResourceMonitor, SpanmeterError } from 'spanmeter'
import { beforeAll, describe, expect, test, vi } from 'vitest'

import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectFinite, expectWithin } from './helpers/expect'
import { sum } from './helpers/numbers'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'

beforeAll(settle)

const notRunning = expect.objectContaining({ name: 'SpanmeterError', code: 'NOT_RUNNING' })
const disposed = expect.objectContaining({ name: 'SpanmeterError', code: 'DISPOSED' })

/** Nothing is known of the window: the answer has no number that says otherwise, and no NaN. */
function expectNothingKnown(monitor: ResourceMonitor, startMs: number, endMs: number): void {
  const stats = monitor.between(startMs, endMs)
  expect(Object.keys(stats).toSorted()).toEqual(['coverage', 'durationMs', 'maxGapMs', 'samples'])
  expect(stats).toMatchObject({ samples: 0, coverage: 0, maxGapMs: stats.durationMs })
  expect(stats.durationMs).toBeCloseTo(endMs - startMs, 3)
  expectFinite(stats)
}

/**
 * Works and rests in turns, so that both backends get samples in between; goes on until the given monitor had more than
 * one for each turn. Returns the CPU time of the work.
 */
async function workInTurns(turns: number, monitor?: ResourceMonitor): Promise<number> {
  const samples = () => monitor?.health().samples ?? 0
  const before = samples()
  let usedMs = 0
  for (let i = 0; i < turns || (monitor && samples() <= before + turns); i++) {
    usedMs += burn(4)
    await sleep(4)
  }
  return usedMs
}

/** It samples, and does not park, which it would within 100 ms. */
async function expectAwake(monitor: ResourceMonitor): Promise<void> {
  await expect.poll(() => monitor.health().state).toBe('sampling')
  await sleep(100)
  await sampled(monitor)
  expect(monitor.health().state).toBe('sampling')
}

describe.each(['native', 'js'] as const)('%s', (backend) => {
  const create = (options?: MonitorOptions) => createMonitor({ backend, ...options })

  test('has the backend that was asked for', () => {
    using monitor = create()
    expect(monitor.backend).toBe(backend)
    expect(monitor.health().backend).toBe(backend)
  })

  describe('life cycle', () => {
    test('start() returns the monitor and starts it once, however often it is called', () => {
      using monitor = create()
      expect(monitor.start()).toBe(monitor)
      expect(monitor.start()).toBe(monitor)
      monitor.stop()
      expect(monitor.health().state).toBe('stopped')
      expect(() => monitor.mark()).toThrow(notRunning)
    })

    test('a second start() does not strand the marks that are open', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      monitor.start()
      mark.release()
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('stop() may be called at any time and more than once', () => {
      using monitor = create()
      monitor.stop()
      monitor.start()
      monitor.stop()
      monitor.stop()
      expect(monitor.health().state).toBe('stopped')
    })

    test('from start() to stop() the state is never `stopped`', () => {
      using monitor = create()
      for (let i = 0; i < 20; i++) {
        monitor.start()
        expect(monitor.health().state).not.toBe('stopped')
        monitor.mark()
        expect(monitor.health().state).not.toBe('stopped')
        monitor.stop()
        expect(monitor.health().state).toBe('stopped')
      }
    })

    test('starts again after stop() and measures as before', () => {
      using monitor = create().start()
      monitor.stop()
      monitor.start()
      const before = hostCpuMs()
      const mark = monitor.mark()
      const usedMs = burn(50)
      const stats = monitor.since(mark)
      expectBetween(10, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
    })

    test('mark() before start() and after stop() is NOT_RUNNING', () => {
      using monitor = create()
      expect(() => monitor.mark()).toThrow(notRunning)
      monitor.start()
      monitor.stop()
      expect(() => monitor.mark()).toThrow(notRunning)
    })

    test('measure() before start() is NOT_RUNNING and does not run the work', async () => {
      using monitor = create()
      let ran = false
      await expect(monitor.measure(() => (ran = true))).rejects.toThrow(notRunning)
      expect(ran).toBe(false)
    })

    test('every call after disposal is DISPOSED, but stop() and a second disposal are harmless', async () => {
      const monitor = create().start()
      const mark = monitor.mark()
      monitor[Symbol.dispose]()
      monitor[Symbol.dispose]()
      monitor.stop()
      mark.release()
      expect(() => monitor.start()).toThrow(disposed)
      expect(() => monitor.mark()).toThrow(disposed)
      expect(() => monitor.since(mark)).toThrow(disposed)
      expect(() => monitor.between(0, 1)).toThrow(disposed)
      expect(() => monitor.samples(0, 1)).toThrow(disposed)
      expect(() => monitor.health()).toThrow(disposed)
      await expect(monitor.measure(() => 1)).rejects.toThrow(disposed)
    })

    test('`using` disposes at the end of the block', () => {
      let outside: ResourceMonitor
      {
        using monitor = create().start()
        outside = monitor
        monitor.mark().release()
      }
      expect(() => outside.mark()).toThrow(SpanmeterError)
      expect(() => outside.mark()).toThrow(disposed)
    })
  })

  describe('marks', () => {
    test('a 100 ms burn with the loop blocked costs 100 ms, and coverage shows which sampler saw it', () => {
      using monitor = create().start()
      const coverages = Array.from({ length: 5 }, () => {
        const before = hostCpuMs()
        const mark = monitor.mark()
        const usedMs = burn(100)
        const stats = monitor.since(mark)
        expectBetween(5, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
        expect(stats.cpu!.avg).toBeCloseTo((100 * stats.cpu!.timeMs) / stats.durationMs, 1)
        return stats.coverage
      })
      // On a busy machine the native sampler waits for a CPU like everybody else, but not each time.
      if (backend === 'native') expect(Math.max(...coverages)).toBeGreaterThanOrEqual(0.9)
      else expect(Math.max(...coverages)).toBeLessThan(0.5)
    })

    test('since() can be asked twice: the second answer reaches further', () => {
      using monitor = create().start()
      const before = hostCpuMs()
      const mark = monitor.mark()
      const usedFirst = burn(40)
      const first = monitor.since(mark)
      const aroundFirst = hostCpuMs() - before
      const used = usedFirst + burn(40)
      const second = monitor.since(mark)
      const around = hostCpuMs() - before
      expect(second.durationMs).toBeGreaterThan(first.durationMs + 39)
      expectBetween(10, first.cpu!.timeMs, usedFirst, aroundFirst)
      expectBetween(10, second.cpu!.timeMs, used, around)
    })

    test('timeMs is performance.now() at the mark', () => {
      using monitor = create().start()
      const before = performance.now()
      const mark = monitor.mark()
      const after = performance.now()
      expect(mark.timeMs).toBeGreaterThan(before - 0.01)
      expect(mark.timeMs).toBeLessThan(after + 0.01)
    })

    test('an open mark keeps the sampler awake; release() lets it park, since() goes on working', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      await expectAwake(monitor)
      mark.release()
      mark.release()
      await expect.poll(() => monitor.health().state).toBe('parked')
      const truth = burn(30)
      expect(monitor.since(mark).cpu!.timeMs).toBeGreaterThan(truth * 0.9)
    })

    test('releasing one mark twice does not release another', async () => {
      using monitor = create().start()
      using other = monitor.mark()
      const mark = monitor.mark()
      mark.release()
      mark.release()
      await expectAwake(monitor)
      other.release()
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('`using` releases a mark', async () => {
      using monitor = create().start()
      {
        using mark = monitor.mark()
        expect(mark.timeMs).toBeGreaterThan(0)
        await expectAwake(monitor)
      }
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('since() lets the sampler park', async () => {
      using monitor = create().start()
      monitor.since(monitor.mark())
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('a mark outlives stop(): since() still has the total', () => {
      using monitor = create().start()
      const before = hostCpuMs()
      const mark = monitor.mark()
      const usedMs = burn(50)
      monitor.stop()
      const stats = monitor.since(mark)
      expectBetween(10, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
      expectFinite(stats)
    })

    test('a mark of an earlier run does not release one of the present run', async () => {
      using monitor = create().start()
      const old = monitor.mark()
      monitor.stop()
      monitor.start()
      using present = monitor.mark()
      old.release()
      await expectAwake(monitor)
      present.release()
    })

    test('a mark of another monitor, or no mark at all, is a TypeError', () => {
      using monitor = create().start()
      using other = create().start()
      using mark = other.mark()
      expect(() => monitor.since(mark)).toThrow(TypeError)
      expect(() => monitor.since(mark)).toThrow(/mark .*another/)
      for (const wrong of [undefined, null, {}, 5, { timeMs: 1, release() {} }]) {
        expect(() => monitor.since(wrong as never)).toThrow(TypeError)
      }
    })
  })

  describe('measure()', () => {
    test('gives the value and the cost of synchronous work', async () => {
      using monitor = create().start()
      const before = hostCpuMs()
      const { value, stats } = await monitor.measure(() => burn(50))
      expect(value).toBeGreaterThanOrEqual(50)
      expectBetween(10, stats.cpu!.timeMs, value, hostCpuMs() - before)
    })

    test('gives the value and the cost of asynchronous work', async () => {
      using monitor = create().start()
      const before = hostCpuMs()
      const { value, stats } = await monitor.measure(async () => {
        const first = burn(25)
        await sleep(60)
        return first + burn(25)
      })
      const around = hostCpuMs() - before
      expect(value).toBeGreaterThanOrEqual(50)
      expect(stats.durationMs).toBeGreaterThan(109)
      expectBetween(20, stats.cpu!.timeMs, value, around)
    })

    test('passes on what the work throws, and lets the sampler park', async () => {
      using monitor = create().start()
      const error = new Error('from the work')
      const thrown = monitor.measure(() => {
        throw error
      })
      await expect(thrown).rejects.toBe(error)
      await expect(monitor.measure(() => Promise.reject(error))).rejects.toBe(error)
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('refuses work that is no function', async () => {
      using monitor = create().start()
      await expect(monitor.measure('work' as never)).rejects.toThrow(/work must be a function, got 'work'/)
      await expect(monitor.measure('work' as never)).rejects.toThrow(TypeError)
    })
  })

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
      await sleep(20)
      const a = performance.now()
      await workInTurns(6)
      const b = performance.now()
      await workInTurns(9)
      const c = performance.now()
      await sampled(monitor)
      const [left, right, both] = [monitor.between(a, b), monitor.between(b, c), monitor.between(a, c)]
      expect(both.cpu!.timeMs).toBeGreaterThan(50)
      expect(left.cpu!.timeMs + right.cpu!.timeMs).toBeCloseTo(both.cpu!.timeMs, 2)
      expect(left.overheadMs! + right.overheadMs!).toBeCloseTo(both.overheadMs!, 2)
      expect(left.samples + right.samples).toBe(both.samples)
      // That of JavaScript has no extremes of windows as short as these: see js-clock.test.ts.
      if (backend === 'js') return
      expect(both.cpu!.min).toBeCloseTo(Math.min(left.cpu!.min, right.cpu!.min), 0)
      expect(both.cpu!.max).toBeCloseTo(Math.max(left.cpu!.max, right.cpu!.max), 0)
    })

    test('percentiles are ordered and the average lies between the extremes', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      await workInTurns(10, monitor)
      const { cpu } = monitor.since(mark)
      const ordered = [cpu!.min, cpu!.p50, cpu!.p95, cpu!.p99, cpu!.max]
      expect(ordered).toEqual(ordered.toSorted((a, b) => a - b))
      expect(cpu!.avg).toBeGreaterThanOrEqual(cpu!.min)
      expect(cpu!.avg).toBeLessThanOrEqual(cpu!.max)
      expect(cpu!.max).toBeGreaterThan(20)
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
      await workInTurns(10, monitor)
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
      expect(Math.max(...cpu.max)).toBeGreaterThan(20)
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
  using slow = createMonitor({ backend: 'native', periodMs: 20, whenIdle: 'sample' }).start()
  expect(slow.health()).toMatchObject({ wantedPeriodMs: 20, periodMs: 20 })
  const fast = createMonitor({ backend: 'native', periodMs: 1 }).start()
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
