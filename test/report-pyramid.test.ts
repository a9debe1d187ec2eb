import { describe, expect, test } from 'vitest'
import { type Holds, Pyramid } from '../src/report/page/browser/model/pyramid'
import { chances } from './helpers/report-data'

function pyramidOf(holds: Holds, time: number[], values: number[]): Pyramid {
  return new Pyramid({ time: Float64Array.from(time), min: values, avg: values, max: values }, holds)
}

/** The same by going through all values: each is a step of a function of time. */
function stepsIn(holds: Holds, time: number[], values: number[], from: number, to: number) {
  const total = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, held: 0 }
  for (const [i, value] of values.entries()) {
    const first = time[1]! - time[0]!
    const last = time.at(-1)! - time.at(-2)!
    const begin = holds === 'before' ? (time[i - 1] ?? time[i]! - first) : time[i]!
    const end = holds === 'before' ? time[i]! : (time[i + 1] ?? time[i]! + last)
    const held = Math.min(end, to) - Math.max(begin, from)
    if (Number.isNaN(value) || held <= 0) continue
    total.min = Math.min(total.min, value)
    total.max = Math.max(total.max, value)
    total.sum += value * held
    total.held += held
  }
  return { min: total.min, max: total.max, avg: total.sum / total.held }
}

describe.each(['before', 'after'] as const)('values that hold from the moment %s', (holds) => {
  const chance = chances(holds.length)
  const time: number[] = []
  for (let at = 0; time.length < 3000; at += 0.2 + chance() * 3) time.push(at)
  const values = time.map(() => (chance() < 0.1 ? Number.NaN : chance() * 100))
  const pyramid = pyramidOf(holds, time, values)

  test('are summed up over any range as if one by one', () => {
    for (let i = 0; i < 500; i++) {
      const from = chance() * time.at(-1)! * 0.9
      const to = from + chance() ** 4 * (time.at(-1)! - from)
      const truth = stepsIn(holds, time, values, from, to)
      const { min, avg, max } = pyramid.stats(from, to)
      if (Number.isNaN(truth.avg)) expect(avg).toBeNaN()
      else {
        expect([min, max], `${from} to ${to}`).toEqual([truth.min, truth.max])
        expect(avg).toBeCloseTo(truth.avg, 8)
      }
    }
  })

  test('keep their extremes at every grain, in few points', () => {
    for (const points of [10, 50, 300]) {
      const slice = pyramid.slice(0, time.at(-1)!, points)
      expect(slice.time.length).toBeLessThan(points * 4 + 4)
      expect(slice.time.length).toBeGreaterThanOrEqual(points)
      const known = values.filter((value) => !Number.isNaN(value))
      expect(Math.max(...slice.max.filter((value) => !Number.isNaN(value)))).toBe(Math.max(...known))
      expect(Math.min(...slice.min.filter((value) => !Number.isNaN(value)))).toBe(Math.min(...known))
    }
  })
})

test('a range of one value, and of none', () => {
  const pyramid = pyramidOf('before', [10, 20, 30], [1, 2, 3])
  expect(pyramid.stats(12, 13)).toEqual({ min: 2, avg: 2, max: 2 })
  expect(pyramid.stats(40, 50).avg).toBeNaN()
  expect(pyramidOf('after', [10, 20, 30], [1, 2, 3]).stats(12, 13).avg).toBe(1)
  expect(pyramidOf('before', [5], [7]).stats(0, 10).avg).toBe(7)
})
