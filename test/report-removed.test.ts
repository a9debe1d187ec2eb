import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encodeColumn } from '../dist/record/columns.js'
import { newSpan } from '../dist/record/costs.js'
import { textOf } from '../dist/record/line-text.js'
import type { Header, HealthLine, Line } from '../dist/record/lines.js'
import { thin } from '../dist/record/thin.js'
import { readRecording } from '../dist/report/read-recording.js'

// What is said of a recording that lacks its beginning, or of which the oldest was folded, to keep it small.

const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const dayMs = 86_400_000
const header: Header = {
  ...{ format: 1, pid: 7, threadId: 0, command: ['node', 'a.js'], node: 'v20.0.0', timeOrigin: 1.7e12, startMs: 0 },
  machine: { model: 'm', cores: 1, memoryBytes: 1, kernel: 'k' },
}

/** A recording of which these lines are left; `first`: the number of their file. */
function recordingOf(lines: readonly Line[], first = 900): string {
  const folder = mkdtempSync(join(scratch, 'recording-'))
  const thread = join(folder, '7-0')
  mkdirSync(thread)
  writeFileSync(join(thread, 'header.json'), JSON.stringify(header))
  writeFileSync(join(thread, `${first}`.padStart(6, '0').concat('.jsonl')), lines.map(textOf).join(''))
  return folder
}

function health(atMs: number, coverage: number): HealthLine {
  return {
    ...{ kind: 'health', atMs, backend: 'native', wantedPeriodMs: 1, periodMs: 1, periodReason: 'wanted' },
    missedTicks: { throttled: 0, stopped: 0, suspended: 0, starved: 0, imprecise: 0, unknown: 0 },
    ...{ samples: 1, maxGapMs: 1, coverage, heapUsed: 1, heapLimit: 2 },
  }
}

test('the coverage is that of the time which is left', async () => {
  const lines = [health(dayMs, 0), health(dayMs + 1000, 1), health(dayMs + 2000, 0.5)]
  const { processes } = await readRecording(recordingOf(lines))
  expect(processes[0]!.sampler.coverage).toBeCloseTo(0.75)
})

test('the coverage of one line is what it says', async () => {
  const { processes } = await readRecording(recordingOf([health(dayMs, 0.5)]))
  expect(processes[0]!.sampler.coverage).toBe(0.5)
})

test('a thread that waited seldom is not said to have waited often, once steps were folded', async () => {
  // Each is of 40 ms, of which the thread waited for one.
  const percent = encodeColumn(new Float32Array(25).map((_, i) => (i % 4 === 0 ? 10 : 0)))
  const second: Line[] = [0, 1000].map((startMs) => ({ kind: 'wait', startMs, stepMs: 10, percent }))
  const sampled: Line = { kind: 'samples', startMs: 0, time: column(500, 1000), cpu: { avg: column(10, 10) } }
  const lines = second.map((line) => thin(line)).concat(sampled)
  expect((await readRecording(recordingOf(lines))).verdict.join()).not.toContain('without a CPU')
})

test('how often a thread waited is of the time, however long the steps are', async () => {
  const folded: Line = { kind: 'wait', startMs: 0, stepMs: 1000, percent: column(0) }
  const fine: Line = { kind: 'wait', startMs: 1000, stepMs: 10, percent: column(...new Array(10).fill(100)) }
  const sampled: Line = { kind: 'samples', startMs: 0, time: column(500, 1100), cpu: { avg: column(10, 10) } }
  const { verdict } = await readRecording(recordingOf([folded, fine, sampled]))
  expect(verdict.join()).toContain('ready but without a CPU for 9.09 % of the time')
})

test('spans that were kept are given no share of what all ran', async () => {
  const spans = [1, 2, 3].map((i) => ({
    ...newSpan(),
    name: 'work',
    spanId: `${i}`,
    traceId: 't',
    durationMs: i,
    selfMs: i,
  }))
  const cpu = { avg: column(100, 100) }
  const sampled: Line = { kind: 'samples', startMs: 0, time: column(2, 12), cpu, thread: cpu }
  const verdictOf = async (line: Line) => (await readRecording(recordingOf([sampled, line], 1))).verdict.join(' ')
  const line: Line = { kind: 'spans', spans }
  expect(await verdictOf(line)).toContain("'work' ran most itself: 6 ms in 3 spans, 60 % of what")
  expect(await verdictOf(thin(line))).toContain("'work' ran most itself: 3 ms in one span that was kept.")
})

function column(...values: number[]): string {
  return encodeColumn(Float32Array.from(values))
}
