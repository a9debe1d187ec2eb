import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { inTurn } from '../bench/soak/disturbances'
import { functionBytesIn } from '../bench/soak/heap-snapshot'
import { pictureOf } from '../bench/soak/picture'
import { type Report, reportOf } from '../bench/soak/report'
import type { Soaked } from '../bench/soak/samples'

/** Of a service whose heap grows by a tenth, and in which nothing else happens. */
const soaked: Soaked = {
  beginning: { date: '2026-01-02T03:04:05.000Z', machine: { node: 'v20.0.0' }, hours: 1, every: 6, rate: 20 },
  samples: Array.from({ length: 600 }, (_, i) => ({
    ...{ kind: 'sample', seconds: 6 * (i + 1), requests: 120 * i, workers: i, heapBytes: 2e7 + (i / 600) * 2e6 },
    ...{ codeBytes: 5e6, externalBytes: 2e6, mallocBytes: 6e6, residentBytes: 1e8, descriptors: 40, threads: 12 },
    ...{ cpuMs: 300 * i, recordingBytes: 8e6, historyBytes: 4e6, latenessMs: 1, ticks: 6000 * i, missedTicks: 0 },
    ...{ failed: 0, spans: 240 * i, attributed: 240 * i, alerts: 0 },
  })),
  functions: [{ kind: 'functions', seconds: 6, notedBytes: 1e6 }],
  disturbances: inTurn.map((what, i) => ({ kind: 'disturbance', seconds: i, what })),
  failures: [],
  warnings: [],
  ended: true,
}

describe('the heap of a soak', () => {
  const verdictOn = (name: string, soaked: Soaked) => reportOf(soaked).rows.find((row) => row.name === name)!.verdict
  const heap = 'heap without functions, MB'

  test('grows if objects do, and not if it is what V8 noted of functions', () => {
    expect(verdictOn(heap, soaked)).toBe('growing')
    const noted = [1, 1200, 2400, 3600].map((seconds) => {
      return { kind: 'functions', seconds, notedBytes: 1e6 + (seconds / 3600) * 2e6 } as const
    })
    expect(verdictOn(heap, { ...soaked, functions: noted })).toBe('flat')
    expect(verdictOn('notes for the compiler, MB', { ...soaked, functions: noted })).toBe('growing')
    expect(reportOf({ ...soaked, functions: noted }).complaints).toEqual([])
    // Half of it is not all of it.
    const half = noted.map((each) => ({ ...each, notedBytes: each.notedBytes / 2 }))
    expect(verdictOn(heap, { ...soaked, functions: half })).toBe('growing')
  })

  test('has functions and what is noted of them apart from objects that are kept', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'spanmeter-test-')), 'heap.heapsnapshot')
    const bytes = () => functionBytesIn(writeHeapSnapshot(file))
    const before = bytes()
    const kept = Array.from({ length: 20_000 }, (_, i) => ({ i, closed: () => i, text: `number ${i}` }))
    const objects = bytes() - before
    const more = Array.from({ length: 1000 }, (_, i) => new Function('a', `return a.x${i} + a.y${i}`))
    for (const one of more) for (let i = 0; i < 1000; i++) one({})
    const functions = bytes() - before - objects
    rmSync(dirname(file), { recursive: true })
    expect([kept.length, more.length]).toEqual([20_000, 1000])
    // The objects take some megabytes.
    expect(Math.abs(objects)).toBeLessThan(200_000)
    expect(functions).toBeGreaterThan(200 * more.length)
  }, 60_000)

  test('has what depends on shapes of objects apart, and nothing that is named like it', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'spanmeter-test-')), 'heap.heapsnapshot')
    const meta = {
      node_fields: ['type', 'name', 'id', 'self_size'],
      node_types: [['hidden', 'code', 'object', 'string']],
    }
    const strings = ['', 'system / WeakArrayList', 'system / PropertyArray']
    const nodes = [
      ...[0, 1, 1, 1, /**/ 0, 2, 3, 10, /**/ 1, 0, 5, 100, /**/ 1, 1, 7, 1000],
      ...[2, 1, 9, 10_000, /**/ 3, 1, 11, 100_000],
    ]
    writeFileSync(file, JSON.stringify({ snapshot: { meta }, nodes, strings }))
    const bytes = functionBytesIn(file)
    rmSync(dirname(file), { recursive: true })
    expect(bytes).toBe(1101)
  })
})

describe('the picture of a soak', () => {
  test('shows each figure, where it is and where it goes', () => {
    const report = reportOf(soaked)
    const picture = pictureOf(soaked, report)
    const panels = [...picture.matchAll(/<g>.*?<\/g>/gs)].map(([panel]) => panel)
    expect(panels.map((panel) => /<text[^>]*>(.*?)</.exec(panel)![1])).toEqual(report.rows.map(({ name }) => name))
    for (const what of inTurn) expect(picture).toContain(`1 × ${what}`)
    for (const [i, panel] of panels.entries()) {
      const points = [...panel.matchAll(/points="([^"]*)"/g)].map(([, text]) =>
        text!.split(' ').map((point) => point.split(',').map(Number) as [number, number]),
      )
      const [, line, fit] = points as [unknown, [number, number][], [number, number][]]
      // Over the whole width, and its second half.
      expect([line[0]![0], line.at(-1)![0], fit[0]![0], fit[1]![0]]).toEqual([250, 670, 460, 670])
      const rise = (points: [number, number][]) => points[0]![1] - points.at(-1)![1]
      const grows = i === 0
      expect(panel.includes('growing')).toBe(grows)
      // 2 MB of the 17 that are shown, in 44 pixels less a tenth, and half of it in the second half.
      expect(rise(line)).toBeCloseTo(grows ? (44 / 1.1) * (2 / 17) : 0, 0)
      expect(rise(fit)).toBeCloseTo(grows ? (44 / 1.1) * (1 / 17) : 0, 0)
    }
  })

  test('leaves out what was not looked at, and shows from when on it was', () => {
    const { codeBytes: _, ...old } = soaked.samples[0]!
    const from = (i: number) => soaked.samples.map((sample, j) => (j < i ? (old as typeof sample) : sample))
    const names = ({ rows }: Report) => rows.map(({ name }) => name)
    const never = reportOf({ ...soaked, samples: from(600) })
    expect(names(never)).toEqual(names(reportOf(soaked)).slice(2))
    const without = reportOf({ ...soaked, functions: [] })
    expect(names(without)).toEqual(names(reportOf(soaked)).toSpliced(2, 1).slice(1))
    const later = { ...soaked, samples: from(200) }
    expect(names(reportOf(later))).toEqual(names(reportOf(soaked)))
    const picture = pictureOf(later, reportOf(later))
    expect(picture).not.toContain('NaN')
    expect(/polyline class="line" points="(\d+)/.exec(picture)![1]).toBe('390')
  })
})
