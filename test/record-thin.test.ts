import { describe, expect, test } from 'vitest'
import { decodeColumn, encodeColumn } from '../dist/record/columns.js'
import { newSpan } from '../dist/record/costs.js'
import { lineOf, textOf } from '../dist/record/line-text.js'
import type { Line, OpenLine, SamplesLine, SpansLine, StepsLine } from '../dist/record/lines.js'
import { thin } from '../dist/record/thin.js'
import { sum } from './helpers/numbers'

// What is left of a second of samples, against the second itself.

const count = 1000
/** Uneven steps, and one spike of 2 ms. */
const times = Float32Array.from({ length: count }, (_, i) => i + (i % 3) / 4 + 1)
const percents = Float32Array.from({ length: count }, (_, i) => (i === 500 || i === 501 ? 190 : (i * 7) % 50))
const kilobytes = Float32Array.from({ length: count / 4 }, (_, i) => 50_000 + (i === 77 ? 9000 : i))
const memoryTimes = Float32Array.from({ length: count / 4 }, (_, i) => 4 * i)

const line: SamplesLine = {
  kind: 'samples',
  startMs: 3000,
  time: encodeColumn(times),
  cpu: { avg: encodeColumn(percents) },
  thread: { avg: encodeColumn(percents) },
  memory: { time: encodeColumn(memoryTimes), kilobytes: encodeColumn(kilobytes) },
}

/** CPU time in ms, from values that stand for the time since the one before. */
function used(time: ArrayLike<number>, percent: ArrayLike<number>): number {
  return sum(Array.from(time, (ms, i) => ((ms - (time[i - 1] ?? 0)) * percent[i]!) / 100))
}

function thinned<L extends Line>(line: L, times: number): L {
  return times === 0 ? line : thinned(thin(line) as L, times - 1)
}

describe.each([1, 2, 3])('thinned %i times', (rounds) => {
  const { startMs, time, cpu, thread, memory } = thinned(line, rounds)

  test('samples are fewer, and reach as far', () => {
    const column = decodeColumn(time)
    expect(column.length).toBe([63, 4, 1][rounds - 1])
    expect([startMs, column.at(-1)]).toEqual([3000, times.at(-1)])
  })

  test('the CPU time is the same', () => {
    for (const series of [cpu, thread!]) {
      expect(used(decodeColumn(time), decodeColumn(series.avg))).toBeCloseTo(used(times, percents), 1)
    }
  })

  test('the spike stays, where it was', () => {
    const column = decodeColumn(time)
    const max = decodeColumn(cpu.max!)
    const at = max.indexOf(190)
    expect(column[at]).toBeGreaterThanOrEqual(times[501]!)
    expect(column[at - 1] ?? 0).toBeLessThan(times[500]!)
    expect(Math.min(...decodeColumn(cpu.min!))).toBe(0)
    // Each extreme is of its own time.
    const inTime = (i: number) => percents.filter((_, k) => times[k]! <= column[i]! && times[k]! > (column[i - 1] ?? 0))
    expect([...max]).toEqual(Array.from(max, (_, i) => Math.max(...inTime(i))))
  })

  test('the extremes of memory stay, where they were', () => {
    const [time, values] = [decodeColumn(memory!.time), decodeColumn(memory!.kilobytes)]
    expect(values.length).toBeLessThanOrEqual([16, 2, 2][rounds - 1]!)
    expect(time[values.indexOf(59_000)]).toBe(memoryTimes[77])
    expect(values).toContain(50_000)
  })
})

test('of steps the mean and the highest stay', () => {
  const percent = encodeColumn(Float32Array.from([1, 90, Number.NaN, 2, 3, 4, 5, 6, Number.NaN]))
  const steps = thin({ kind: 'wait', startMs: 0, stepMs: 10, percent }) as StepsLine
  expect(steps.stepMs).toBe(40)
  expect([...decodeColumn(steps.percent)]).toEqual([90, 6, Number.NaN])
  expect([...decodeColumn(steps.mean!)]).toEqual([31, 4.5, Number.NaN])
})

test('of spans the longest and the dearest of each name stay, and how many there were', () => {
  const span = (name: string, durationMs: number, selfMs?: number) => ({ ...newSpan(), name, durationMs, selfMs })
  const spans = [span('a', 5, 1), span('a', 9, 0), span('a', 4, 3), span('a', 8, 2), span('b', 1)]
  const once = thin({ kind: 'spans', spans }) as SpansLine
  expect(once.spans.map(({ name, durationMs }) => [name, durationMs]).sort()).toEqual([
    ['a', 4],
    ['a', 9],
    ['b', 1],
  ])
  expect(once.before).toBe(5)
  expect(thin(once)).toEqual(once)
})

test('of open spans none stay, for those that ended may be gone', () => {
  expect(thin({ kind: 'open', spans: [newSpan()] })).toEqual({ kind: 'open', spans: [] })
})

test('spans are read as they were written, with all that is known of them and nothing else', () => {
  const known = {
    ...{ startMs: 12.345, durationMs: 0, flags: 24, selfMs: 0, othersMs: 1e-3, waitMs: 3, cpuMs: 4 },
    ...{
      memoryMax: 5 * 2 ** 40,
      owner: 2 ** 40,
      parentSpanId: 'b'.repeat(16),
      attributes: { 'http.route': '/é', n: 0 },
    },
  }
  const spans = [
    { ...newSpan(), name: 'one', traceId: 'a'.repeat(32), spanId: 'c'.repeat(16), ...known },
    { ...newSpan(), name: '', startMs: 7 },
    { ...newSpan(), name: 'one', traceId: 'd' },
  ]
  for (const kind of ['spans', 'open'] as const) {
    for (const some of [spans, spans.slice(1), []]) {
      const line: SpansLine | OpenLine = { kind, spans: some }
      expect(lineOf(textOf(line))).toStrictEqual(line)
    }
  }
  const text = textOf({ kind: 'spans', spans })
  expect(text.match(/\n/g)).toHaveLength(1)
  for (let length = 0; length < text.length - 1; length++) expect(lineOf(text.slice(0, length))).toBe(undefined)
})
