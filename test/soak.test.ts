import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Sample } from '../bench/soak/messages'
import { trendOf } from '../bench/soak/trend'
import { packageRoot, run } from './helpers/child'

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
    expect(trendOf(series(600, () => 21))).toEqual({ mean: 21, growth: { value: 0, low: 0, high: 0 }, growing: false })
  })

  test('is found to its size, in noise ten times as high', () => {
    const random = numbers(1)
    const { mean, growth, growing } = trendOf(series(600, (i) => 100 + i / 60 + 50 * (random() - 0.5)))
    expect(growing).toBe(false)
    expect(growth.low).toBeLessThan(5)
    expect(growth.high).toBeGreaterThan(5)
    expect(mean).toBeGreaterThan(100)
    const clear = trendOf(series(600, (i) => 100 + i / 60 + 5 * (random() - 0.5)))
    expect(clear.growing).toBe(true)
    expect(Math.abs(clear.growth.value - 5)).toBeLessThan(1)
  })

  test('is hardly ever seen in noise alone, nor in a saw-tooth', () => {
    const random = numbers(2)
    const growing = (runs: readonly number[][]) => runs.filter((values) => trendOf(values).growing).length
    const runs = Array.from({ length: 200 }, (_, i) => i)
    const noise = runs.map(() => series(600, () => 100 + 80 * (random() - 0.5)))
    const saws = runs.map((i) => series(600, (n) => 100 + ((n + 7 * i) % (5 + (i % 40)))))
    expect(growing(noise)).toBeLessThan(10)
    expect(growing(saws)).toBeLessThan(10)
  })

  test('is that of the second half, and none where it falls', () => {
    expect(trendOf(series(600, (i) => Math.min(i, 300))).growing).toBe(false)
    expect(trendOf(series(600, (i) => Math.max(i, 300))).growing).toBe(true)
    expect(trendOf(series(600, (i) => 600 - i)).growing).toBe(false)
  })

  test('takes twenty values', () => {
    expect(() => trendOf(series(19, () => 1))).toThrow(new RangeError('a trend takes at least 20 values, got 19'))
    expect(trendOf(series(20, (i) => i)).growing).toBe(true)
  })
})

describe('a soak of some seconds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  async function soak(options: string) {
    const file = join(folder, 'soak.jsonl')
    const ended = await run('sh', ['-c', `npm run soak -- --minutes 0.1 --every 0.25 --file ${file} ${options}`])
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    return { ...ended, samples: lines.map((line) => JSON.parse(line) as Sample) }
  }

  test('has a sample of everything each time, and a verdict on each figure', async () => {
    const { code, stdout, stderr, samples } = await soak('')
    expect(stderr).toBe('')
    expect(samples).toHaveLength(24)
    expect(samples.at(-1)!.requests).toBeGreaterThan(samples[0]!.requests)
    expect(samples.at(-1)!.workers).toBeGreaterThan(0)
    for (const sample of samples) {
      expect(Object.values(sample).filter((value) => !Number.isFinite(value))).toEqual([])
      // The resident set has all the others in it.
      expect(sample.residentBytes).toBeGreaterThan(sample.heapBytes + sample.mallocBytes)
      expect(sample.historyBytes).toBeGreaterThan(2 ** 20)
      expect(Math.min(sample.threads, sample.descriptors)).toBeGreaterThan(5)
    }
    const verdicts = [...stdout.matchAll(/(flat|growing)$/gm)].map(([verdict]) => verdict)
    expect(verdicts).toHaveLength(6)
    // In the first seconds anything may grow.
    expect(code).toBe(verdicts.includes('growing') ? 1 : 0)
  })

  test('fails for a service that keeps a little of each request', async () => {
    const { code, stdout, stderr } = await soak('--leak 4000')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^heap after a collection.* growing$/m)
  })

  test.each([
    ['--minutes 0', "--minutes must be a number above 0, got '0'"],
    ['--minutes 0.1 --every 1', 'too short: 6 samples, and a trend takes at least 20'],
    ['--leak 7', "--leak must be a multiple of 8, got '7'"],
  ])('is refused with %s', async (options, message) => {
    const program = join(packageRoot, 'build/bench/soak/main.js')
    const { code, stderr } = await run(process.execPath, [program, ...options.split(' ')])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})
