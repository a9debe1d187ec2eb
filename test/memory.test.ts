import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type Mark } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'
import { Staircase } from './helpers/staircase'

beforeAll(settle)

const mebibyte = 2 ** 20
/** What the collector and the compiler take or give meanwhile. Steps are several times as large. */
const noise = 6 * mebibyte

describe('the resident set', () => {
  test('of windows over a staircase starts, ends, and has its extremes where the steps are', async () => {
    const stairs = new Staircase(256 * mebibyte)
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
    await sleep(50)
    /** Memory is read every 2 ms at the most: a step stands until a sample has certainly seen it. */
    const untilSeen = async () => {
      await sleep(3)
      const { samples } = monitor.health()
      await expect.poll(() => monitor.health().samples, { interval: 2 }).toBeGreaterThan(samples + 1)
    }
    const steps: { mark: Mark; held: number }[] = []
    for (const bytes of [0, 64, 32, -64, 16, 128, -128, -32].map((size) => size * mebibyte)) {
      stairs.step(bytes)
      steps.push({ mark: monitor.mark(), held: stairs.bytes })
      await untilSeen()
      for (const [first, { mark, held }] of steps.entries()) {
        const { memory } = monitor.since(mark)
        const inside = steps.slice(first).map((step) => step.held)
        const near = (value: number, truth: number) =>
          expect(Math.abs(value - memory!.start - (truth - held))).toBeLessThan(noise)
        near(memory!.end, stairs.bytes)
        near(memory!.max, Math.max(...inside))
        near(memory!.min, Math.min(...inside))
        expect(memory!.avg).toBeGreaterThanOrEqual(memory!.min)
        expect(memory!.avg).toBeLessThanOrEqual(memory!.max)
      }
    }
  })

  test('memory that is let go of again stays the maximum of the window', async () => {
    using monitor = createMonitor({ backend: 'native' }).start()
    const mark = monitor.mark()
    await sampled(monitor)
    const buffer = new ArrayBuffer(256 * mebibyte)
    new Uint8Array(buffer).fill(1)
    await sleep(60)
    await sampled(monitor, 3) // memory is read every 2 ms at the most
    structuredClone(buffer, { transfer: [buffer] })
    expect(buffer.byteLength).toBe(0)
    const { memory } = monitor.since(mark)
    expect(memory!.max - memory!.start).toBeGreaterThan(240 * mebibyte)
  })
})
