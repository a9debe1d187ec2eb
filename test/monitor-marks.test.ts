import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MonitorOptions, type ResourceMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween, expectFinite } from './helpers/expect'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'

beforeAll(settle)

/** It samples, and does not park, which it would within 100 ms. */
async function expectAwake(monitor: ResourceMonitor): Promise<void> {
  await expect.poll(() => monitor.health().state).toBe('sampling')
  await sleep(100)
  await sampled(monitor)
  expect(monitor.health().state).toBe('sampling')
}

describe.each(['native', 'js'] as const)('%s', (backend) => {
  const create = (options?: MonitorOptions) => createMonitor({ backend, ...options })

  describe('marks', () => {
    test('a 100 ms burn with the loop blocked costs 100 ms, and coverage shows which sampler saw it', () => {
      using monitor = create().start()
      const coverage = () => {
        const before = hostCpuMs()
        const mark = monitor.mark()
        const usedMs = burn(100)
        const stats = monitor.since(mark)
        expectBetween(5, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
        expect(stats.cpu!.avg).toBeCloseTo((100 * stats.cpu!.timeMs) / stats.durationMs, 1)
        return stats.coverage
      }
      const coverages = Array.from({ length: 5 }, coverage)
      if (backend === 'js') return expect(Math.max(...coverages)).toBeLessThan(0.5)
      // On a busy machine the native sampler waits for a CPU like everybody else, but not each time.
      while (coverages.length < 50 && Math.max(...coverages) < 0.9) coverages.push(coverage())
      expect(Math.max(...coverages)).toBeGreaterThanOrEqual(0.9)
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
})
