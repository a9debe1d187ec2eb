import type { ReportData } from '../../dist/report/data.js'

/**
 * A report with so many points of each of four series, of which nothing repeats, and a tenth as many spans of up to ten
 * thousand names. The thread is calm in its middle fifth, but for 2 ms, and one attribute is a megabyte long.
 */
export function largeReport(points: number): ReportData {
  const chance = chances(99)
  const column = (scale: number) => Float32Array.from({ length: points }, () => chance() * scale)
  const time = Float64Array.from({ length: points }, (_, i) => i + 1 + chance() * 0.2)
  const [cpu, thread] = [column(180), column(100)]
  thread.fill(1, points * 0.4, points * 0.6)
  thread.fill(99, points / 2, points / 2 + 2)
  const none = { start: new Float64Array(), duration: new Float32Array() }
  const missedTicks = { starved: 12 }
  return {
    format: 1,
    program: { command: ['node', 'app.js'], node: 'v22.0.0', startedAt: 1.7e12, durationMs: points, end: { code: 0 } },
    machine: { model: 'A CPU', cores: 2, memoryBytes: 8 * 2 ** 30, kernel: 'Linux 6.1' },
    verdict: ['The JavaScript thread was busy for half of the time.'],
    processes: [
      {
        pid: 4711,
        name: 'app.js',
        sampler: { backend: 'native', periodMs: 1, coverage: 0.999, maxGapMs: 3, missedTicks, samples: points },
        time,
        cpu: { min: cpu, avg: cpu, max: cpu },
        thread: { min: thread, avg: thread, max: thread },
        memory: { time, bytes: Float64Array.from(time, () => (100_000 + Math.floor(chance() * 4096)) * 4096) },
        wait: { time, percent: column(10), mean: 5 },
        gc: { ...none, kind: [] },
        blocks: none,
        spans: spans(points / 10, points, chance),
      },
    ],
  }
}

/** Trees of five, of which some are open at once. */
function spans(count: number, end: number, chance: () => number): ReportData['processes'][0]['spans'] {
  const names = Math.min(10_000, count / 10)
  const isRoot = (i: number) => i % 5 === 0
  const start = Float64Array.from({ length: count }, (_, i) => Math.floor(i / 5) * 49 + (i % 5) * 7)
  const length = start.map((from, i) => Math.min(isRoot(i) ? 60 + chance() * 200 : 2 + chance() * 20, end - from))
  const attributes = Array.from(
    start.keys(),
    (i) => `{"http.route":"/path/${i % 50}","user.id":${Math.floor(chance() * 1e6)}}`,
  )
  attributes[7] = JSON.stringify({ huge: 'x'.repeat(1e6) })
  return {
    names: Array.from({ length: names }, (_, i) => `operation ${i}`),
    name: Uint32Array.from(start.keys(), (i) => i % names),
    start,
    duration: length,
    parent: Int32Array.from(start.keys(), (i) => (isRoot(i) ? -1 : i - (i % 5))),
    parentElsewhere: new Array(count).fill(''),
    selfMs: Float32Array.from(length, (ms) => ms * chance()),
    othersMs: Float32Array.from(length, () => chance() * 10),
    waitMs: Float32Array.from(length, chance),
    cpuMs: Float32Array.from(length, (ms) => ms * 1.5),
    memoryMax: length.map(() => Math.floor(chance() * 1e5) * 4096),
    flags: Uint8Array.from(start.keys(), (i) => i % 16),
    traceId: Array.from(start, () => hex(chance, 32)),
    spanId: Array.from(start, () => hex(chance, 16)),
    attributes,
  }
}

/** Numbers that look like chance and are the same each time, from 0 to 1. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function hex(chance: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(chance() * 16).toString(16)).join('')
}
