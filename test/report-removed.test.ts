import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { textOf } from '../dist/record/line-text.js'
import type { Header, HealthLine, Line } from '../dist/record/lines.js'
import { readRecording } from '../dist/report/read-recording.js'

// What is said of a recording that lacks its beginning, which was removed to keep it small.

const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const dayMs = 86_400_000
const header: Header = {
  ...{ format: 1, pid: 7, threadId: 0, command: ['node', 'a.js'], node: 'v20.0.0', timeOrigin: 1.7e12, startMs: 0 },
  machine: { model: 'm', cores: 1, memoryBytes: 1, kernel: 'k' },
}

/** A recording of which these lines are left. */
function recordingOf(lines: readonly Line[]): string {
  const folder = mkdtempSync(join(scratch, 'recording-'))
  const thread = join(folder, '7-0')
  mkdirSync(thread)
  writeFileSync(join(thread, 'header.json'), JSON.stringify(header))
  writeFileSync(join(thread, '000900.jsonl'), lines.map(textOf).join(''))
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
