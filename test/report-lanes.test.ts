import { describe, expect, test } from 'vitest'
import { type Intervals, type Lanes, packLanes } from '../src/report/page/browser/model/lanes'
import { chances } from './helpers/report-data'

function spansOf(...spans: [start: number, duration: number, parent: number][]): Intervals {
  return {
    start: Float64Array.from(spans, ([start]) => start),
    duration: Float64Array.from(spans, ([, duration]) => duration),
    parent: Int32Array.from(spans, ([, , parent]) => parent),
  }
}

/** Pairs of spans that overlap in one row, found by comparing all with all. */
function overlaps({ start, duration }: Intervals, { row }: Lanes): string[] {
  const found: string[] = []
  for (let a = 0; a < start.length; a++) {
    for (let b = a + 1; b < start.length; b++) {
      const together = start[a]! < start[b]! + duration[b]! && start[b]! < start[a]! + duration[a]!
      if (row[a] === row[b] && together) found.push(`${a} and ${b}`)
    }
  }
  return found
}

describe('spans in their rows', () => {
  test('a child is below its parent, and what follows uses the same row', () => {
    expect([...packLanes(spansOf([0, 10, -1], [1, 3, 0], [5, 3, 0], [20, 5, -1], [21, 1, 3])).row]).toEqual([
      0, 1, 1, 0, 1,
    ])
  })

  test('trees that overlap do not mix', () => {
    const { row, rows } = packLanes(spansOf([0, 10, -1], [5, 10, -1], [6, 2, 0], [7, 2, 1]))
    expect([...row]).toEqual([0, 2, 1, 3])
    expect(rows).toBe(4)
  })

  test('a tree takes whichever rows are free, without a gap in itself', () => {
    const { row } = packLanes(
      spansOf(
        [0, 20, -1],
        [1, 2, -1],
        [1, 1, 1],
        [4, 9, -1],
        [5, 1, -1],
        [7, 9, -1],
        [7, 8, 5],
        [18, 2, -1],
        [18, 1, 7],
      ),
    )
    expect([...row]).toEqual([0, 1, 2, 1, 2, 2, 3, 1, 2])
  })

  test('a child that outlives its parent keeps the lane', () => {
    const { row } = packLanes(spansOf([0, 2, -1], [1, 10, 0], [5, 1, -1]))
    expect([...row]).toEqual([0, 1, 2])
  })

  test('a child may come before its parent, in the list or in time', () => {
    const { row } = packLanes(spansOf([1, 3, 1], [2, 10, -1], [3, 1, 0]))
    expect(row[0]).toBeGreaterThan(row[1]!)
    expect(row[2]).toBeGreaterThan(row[0]!)
  })

  test('parents in a circle, or that are not there, harm nobody', () => {
    const { order } = packLanes(spansOf([0, 1, 1], [0, 1, 0], [2, 1, 2], [4, 1, 99]))
    expect([...order].sort()).toEqual([0, 1, 2, 3])
  })

  test('nothing overlaps, whatever they are', () => {
    const chance = chances(11)
    const spans = spansOf(
      ...Array.from({ length: 1500 }, (_, i): [number, number, number] => [
        Math.floor(chance() * 500),
        Math.floor(chance() ** 3 * 60),
        chance() < 0.7 ? Math.floor(chance() * i) - 1 : -1,
      ]),
    )
    const lanes = packLanes(spans)
    expect(overlaps(spans, lanes)).toEqual([])
    for (const [span, parent] of spans.parent.entries()) {
      const ordered = parent >= 0 && spans.start[parent]! < spans.start[span]!
      if (ordered) expect(lanes.row[span]).toBeGreaterThan(lanes.row[parent]!)
    }
    for (let row = 0; row < lanes.rows; row++) {
      const starts = [...lanes.starts.slice(lanes.begin[row], lanes.begin[row + 1])]
      expect(starts).toEqual([...starts].sort((a, b) => a - b))
    }
  })
})
