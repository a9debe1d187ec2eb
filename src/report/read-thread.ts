import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ThreadTime } from '../profile/thread-time.js'
import { isHeader } from '../record/check.js'
import type { EndLine, Header, HealthLine, Line, RecordedSpan } from '../record/lines.js'
import { readLines } from '../record/read-lines.js'
import type { ReportProcess, ReportSampler } from './data.js'
import { GrowingPauses, GrowingSamples, GrowingSteps } from './growing.js'
import { readProfile } from './read-profile.js'
import { filesIn, isGone, textOf } from './regular-files.js'
import { inOrder, spanColumns } from './span-columns.js'
import { unfinishedIn } from './unfinished.js'

/** A recorded thread. Times are of its own clock, until `finish()`. */
export interface RecordedThread {
  header: Header
  /** The last thing that was written of it, in ms. */
  lastMs: number
  end: EndLine | undefined
  lastHealth: HealthLine | undefined
  /** `offsetMs` is to be added to its times. */
  finish(offsetMs: number): ReportProcess
}

/** Undefined where there is none in the folder, or none of this format. */
export async function readThread(folder: string): Promise<RecordedThread | undefined> {
  const header = readHeader(folder)
  if (header === undefined) return undefined
  const lines: Line[] = []
  const files = filesIn(folder, '.jsonl')
  for (const name of files) for await (const line of linesOf(join(folder, name))) lines.push(line)
  if (lines.length === 0 && !existsSync(folder)) return undefined
  const removed = Number.parseInt(files[0] ?? '1', 10) > 1
  const health = lines.filter((line) => line.kind === 'health')
  const lastMs = Math.max(header.startMs, ...lines.slice(-20).map(endOf))
  return {
    header,
    lastMs,
    end: lines.findLast((line) => line.kind === 'end'),
    lastHealth: health.at(-1),
    finish: (offsetMs) => ({
      pid: header.pid,
      name: header.threadId === 0 ? programName(header) : `worker ${header.threadId}`,
      sampler: { ...samplerOf(health, removed ? undefined : header.startMs), ...thinnedIn(lines, removed) },
      ...columnsOf(folder, lines, lastMs, offsetMs),
    }),
  }
}

/** The whole lines of a file; none of one that is gone. */
async function* linesOf(path: string): AsyncGenerator<Line, void, void> {
  try {
    yield* readLines(path)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function readHeader(folder: string): Header | undefined {
  try {
    const header: unknown = JSON.parse(textOf(folder, 'header.json'))
    return isHeader(header) ? header : undefined
  } catch {
    return undefined
  }
}

function programName({ command: [node = 'node', script] }: Header): string {
  return basename(script ?? node)
}

function endOf(line: Line): number {
  if (line.kind === 'health' || line.kind === 'end') return line.atMs
  return 'startMs' in line ? line.startMs : 0
}

/** `startMs`: since when the first line is of; undefined where those before it were removed. */
function samplerOf(health: readonly HealthLine[], startMs: number | undefined): ReportSampler {
  const last = health.at(-1)
  if (last === undefined) {
    return { backend: 'native', periodMs: Number.NaN, coverage: 0, maxGapMs: 0, missedTicks: {}, samples: 0 }
  }
  const { backend, backendReason, periodMs, maxGapMs, missedTicks, samples } = last
  return {
    backend,
    ...(backendReason !== undefined && { backendReason }),
    periodMs,
    ...lengthenedIn(health),
    ...{ coverage: coverageOf(health, startMs ?? health[0]!.atMs), maxGapMs },
    ...{ missedTicks: { ...missedTicks }, samples },
  }
}

/** Each line is of the time since the one before it. */
function coverageOf(health: readonly HealthLine[], startMs: number): number {
  const { atMs, coverage } = health.at(-1)!
  if (atMs <= startMs) return coverage
  const covered = health.reduce(
    (sum, line, i) => sum + line.coverage * (line.atMs - (health[i - 1]?.atMs ?? startMs)),
    0,
  )
  return covered / (atMs - startMs)
}

function lengthenedIn(health: readonly HealthLine[]): Pick<ReportSampler, 'lengthened'> {
  const longest = health.reduce((a, b) => (b.periodMs > a.periodMs ? b : a))
  const { periodMs: longestMs, wantedPeriodMs: wantedMs, periodReason: reason } = longest
  return longestMs > wantedMs * 1.001 ? { lengthened: { wantedMs, longestMs, reason } } : {}
}

function thinnedIn(lines: readonly Line[], removed: boolean): Pick<ReportSampler, 'thinned' | 'lacksSpans'> {
  const spans = lines.filter((line) => line.kind === 'spans')
  const thinned = spans.filter(({ before }) => before !== undefined)
  const missing = thinned.reduce((sum, { before, spans }) => sum + before! - spans.length, 0)
  const sentences: string[] = []
  if (removed) sentences.push('The beginning of the recording was removed.')
  if (lines.some((line) => line.kind === 'samples' && line.cpu.max !== undefined)) {
    sentences.push('The oldest samples were folded to means and extremes.')
  }
  if (missing > 0)
    sentences.push(`Of the oldest spans ${missing} are missing: the longest and dearest of each name stayed.`)
  if (sentences.length === 0) return {}
  return { thinned: sentences.join(' '), ...((removed || missing > 0) && { lacksSpans: true }) }
}

type Columns = Omit<ReportProcess, 'pid' | 'name' | 'sampler'>

function columnsOf(folder: string, lines: readonly Line[], lastMs: number, offsetMs: number): Columns {
  const samples = new GrowingSamples()
  const steps = { wait: new GrowingSteps(100), throttled: new GrowingSteps(Number.POSITIVE_INFINITY) }
  const pauses = { gc: new GrowingPauses(), blocks: new GrowingPauses() }
  const spans: RecordedSpan[] = []
  for (const line of lines) {
    if (line.kind === 'samples') samples.add(line, offsetMs)
    else if (line.kind === 'wait' || line.kind === 'throttled') steps[line.kind].add(line, offsetMs)
    else if (line.kind === 'gc' || line.kind === 'blocks') pauses[line.kind].add(line, offsetMs)
    else if (line.kind === 'spans') for (const span of line.spans) spans.push(span)
  }
  const [wait, throttled] = [steps.wait.finish(), steps.throttled.finish()]
  const { start, duration } = pauses.blocks.finish()
  const ordered = inOrder([...spans, ...unfinishedIn(lines, lastMs)])
  const sampled = samples.finish()
  const profile = readProfile(folder, ordered, new ThreadTime(sampled), offsetMs)
  return {
    ...sampled,
    ...(wait !== undefined && { wait }),
    ...(throttled !== undefined && { throttled }),
    gc: pauses.gc.finish(),
    blocks: { start, duration },
    spans: spanColumns(ordered, offsetMs),
    ...(profile !== undefined && { profile }),
  }
}
