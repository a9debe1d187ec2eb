import { encodeColumn } from '../../dist/record/columns.js'
import { textOf } from '../../dist/record/line-text.js'
import type { Header, Line, RecordedSpan } from '../../dist/record/lines.js'
import type { ProfileFile } from '../../dist/record/profile-file.js'
import type { SpanColumns } from '../../dist/record/span-columns.js'
import type { Random } from './random.js'

const noTicks = { throttled: 0, stopped: 0, suspended: 0, starved: 0, imprecise: 0, unknown: 0 }

/** A line as a file has it. */
export interface WrittenLine {
  kind: Line['kind']
  /** Of lines of spans. */
  spans?: SpanColumns
}

/** A thread as a recording has it, and what is in it. */
export interface MadeThread {
  header: Header
  lines: WrittenLine[]
  profile: ProfileFile | undefined
}

export function makeThread(random: Random, threadId: number): MadeThread {
  const startMs = random.below(1000)
  const header: Header = {
    format: 1,
    pid: 1 + random.below(4_000_000),
    threadId,
    command: ['node', random.text(), ...random.list(2, () => random.text())],
    node: 'v20.0.0',
    timeOrigin: 1.7e12 + random.below(1e6),
    startMs,
    machine: { model: random.text(), cores: random.between(1, 64), memoryBytes: 2 ** 33, kernel: random.word() },
  }
  let id = 0
  const spans = () => random.list(4, () => makeSpan(random, `${threadId}-${id++}`, startMs))
  const lines = random.list(8, () => makeLine(random, startMs, spans))
  if (random.chance(0.5)) lines.push({ kind: 'end', atMs: startMs + 5000, why: random.text(), code: random.below(3) })
  const written = lines.map((line): WrittenLine => JSON.parse(textOf(line)))
  return { header, lines: written, profile: random.chance(0.3) ? makeProfile(random, startMs) : undefined }
}

/** Spans have ids of their own, by which they are found again. */
export function makeSpan(random: Random, id: string, startMs: number): RecordedSpan {
  const figure = (most: number) => (random.chance(0.7) ? random.fraction() * most : undefined)
  return {
    name: random.chance(0.7) ? random.word(4) : random.text(),
    startMs: startMs + random.fraction() * 1000,
    durationMs: random.fraction() * 100,
    traceId: random.chance(0.9) ? '0af7651916cd43dd8448eb211c80319c' : random.word(),
    spanId: id,
    parentSpanId: random.chance(0.5) ? `0-${random.below(8)}` : undefined,
    flags: random.below(32),
    selfMs: figure(50),
    othersMs: figure(50),
    waitMs: figure(50),
    cpuMs: figure(200),
    memoryMax: figure(2 ** 32),
    owner: random.chance(0.3) ? 2 * random.between(1, 3) : undefined,
    attributes: random.chance(0.3) ? { [random.text()]: random.text(), n: 1, list: ['a', 'b'] } : undefined,
  }
}

function makeLine(random: Random, startMs: number, spans: () => RecordedSpan[]): Line {
  const atMs = startMs + random.below(5000)
  const count = random.below(20)
  const column = (make: (i: number) => number) => encodeColumn(Float32Array.from({ length: count }, (_, i) => make(i)))
  const percents = () => column(() => random.fraction() * 100)
  const kind = random.pick([
    'samples',
    'wait',
    'throttled',
    'gc',
    'blocks',
    'spans',
    'spans',
    'open',
    'health',
  ] as const)
  const pauses = { start: random.list(3, (i) => atMs + i), duration: [1, 2, 3] }
  if (kind === 'samples') {
    const folded = random.chance(0.3) ? { min: percents(), max: percents() } : {}
    const thread = random.chance(0.7) ? { thread: { avg: percents() } } : {}
    const memory = { time: column((i) => i), kilobytes: column(() => random.below(1e6)) }
    return { kind, startMs: atMs, time: column((i) => i), cpu: { avg: percents(), ...folded }, ...thread, memory }
  }
  if (kind === 'wait' || kind === 'throttled') return { kind, startMs: atMs, stepMs: 100, percent: percents() }
  if (kind === 'gc') return { kind, ...pauses, types: ['major', 'minor', 'minor'] }
  if (kind === 'blocks') return { kind, ...pauses }
  if (kind === 'spans') return { kind, spans: spans(), ...(random.chance(0.2) && { before: 10 }) }
  if (kind === 'open') return { kind, spans: spans() }
  return {
    ...{ kind, atMs, backend: 'native', wantedPeriodMs: 1, periodMs: 1 + random.below(2), periodReason: 'budget' },
    ...{
      samples: random.below(1e6),
      missedTicks: { ...noTicks, preempted: 1 },
      maxGapMs: 2,
      coverage: random.fraction(),
    },
    ...{ heapUsed: 1e6, heapLimit: 1e9, ...(random.chance(0.3) && { cpuLimit: 2, memoryLimit: 2 ** 30 }) },
  } as Line
}

function makeProfile(random: Random, startMs: number): ProfileFile {
  const nodes = Array.from({ length: random.between(1, 5) }, (_, i) => ({
    id: i + 1,
    callFrame: { functionName: random.text(), url: random.pick(['', 'file:///a.js', random.text()]), lineNumber: i },
  }))
  const samples = random.list(10, () => random.between(1, nodes.length))
  const given: [number, number][] = [[3, 2]]
  return {
    ...{ nodes, samples, timeDeltas: samples.map(() => 1000), startTime: 1e9, endTime: 1e9 + 1e4 },
    spanmeter: { startMs, endMs: startMs + 10, periodMs: 1, owners: [2, 4, null, 1, 3, 9], given, costMs: 1 },
  }
}
