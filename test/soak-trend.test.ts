import { describe, expect, test } from 'vitest'
import { trendOf } from '../bench/soak/trend'

describe('a trend', () => {
  /** The same numbers each time, 0 … 1. */
  function numbers(seed: number): () => number {
    let state = seed
    return () => {
      state = (1_103_515_245 * state + 12_345) % 2 ** 31
      return state / 2 ** 31
    }
  }
  const series = (length: number, of: (i: number) => number) => Array.from({ length }, (_, i) => of(i))

  test('of one value over and over is none', () => {
    expect(trendOf(series(600, () => 21))).toEqual({ mean: 21, growth: { value: 0, low: 0, high: 0 }, verdict: 'flat' })
  })

  test('is found to its size, in noise ten times as high', () => {
    const random = numbers(1)
    const { mean, growth, verdict } = trendOf(series(600, (i) => 100 + i / 60 + 50 * (random() - 0.5)))
    expect(verdict).toBe('unclear')
    expect(growth.low).toBeLessThan(5)
    expect(growth.high).toBeGreaterThan(5)
    expect(mean).toBeGreaterThan(100)
    const clear = trendOf(series(600, (i) => 100 + i / 60 + 5 * (random() - 0.5)))
    expect(clear.verdict).toBe('growing')
    expect(Math.abs(clear.growth.value - 5)).toBeLessThan(1)
  })

  test('is hardly ever seen in noise alone, nor in a saw-tooth', () => {
    const random = numbers(2)
    const growing = (runs: readonly number[][]) => runs.filter((values) => trendOf(values).verdict === 'growing').length
    const runs = Array.from({ length: 200 }, (_, i) => i)
    const noise = runs.map(() => series(600, () => 100 + 80 * (random() - 0.5)))
    const saws = runs.map((i) => series(600, (n) => 100 + ((n + 7 * i) % (5 + (i % 40)))))
    expect(growing(noise)).toBeLessThan(10)
    expect(growing(saws)).toBeLessThan(10)
  })

  test('is that of the second half, and none where it falls', () => {
    expect(trendOf(series(600, (i) => Math.min(i, 300))).verdict).toBe('flat')
    expect(trendOf(series(600, (i) => Math.max(i, 300))).verdict).toBe('growing')
    expect(trendOf(series(600, (i) => 600 - i)).verdict).toBe('flat')
  })

  test('is within its bounds nineteen times of twenty, where values depend on those before', () => {
    const random = numbers(3)
    const hits = Array.from({ length: 400 }, () => {
      let before = 0
      const { growth } = trendOf(
        series(1200, (i) => {
          before = 0.9 * before + random() - 0.5
          return 100 + i / 600 + before
        }),
      )
      return growth.low <= 1 && 1 <= growth.high
    })
    const share = hits.filter(Boolean).length / hits.length
    expect(share).toBeGreaterThan(0.92)
    // Bounds that are too wide find nothing.
    expect(share).toBeLessThan(0.99)
  })

  test('is not that of two blocks in which something happened once', () => {
    const jumps = trendOf(series(600, (i) => 100 + (i >= 480 && i < 540 ? 300 : 0) + (i % 7) / 7))
    expect(Math.abs(jumps.growth.value)).toBeLessThan(1)
  })

  test('takes twenty values', () => {
    expect(() => trendOf(series(19, () => 1))).toThrow(new RangeError('a trend takes at least 20 values, got 19'))
    expect(trendOf(series(20, (i) => i)).verdict).toBe('growing')
  })
})
