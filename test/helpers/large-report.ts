import type { ReportData } from '../../src/report/data'
import { chances, type MadeSpan, processOf, reportOf, spanColumns } from './report-data'

const points = 1_000_000
const spanCount = 100_000

/**
 * As large as a report gets: a million points of each of four series, of which nothing repeats, a hundred thousand spans
 * of ten thousand names, and one attribute of a megabyte.
 */
export function largeReport(): ReportData {
  const chance = chances(99)
  const duration = points
  const time = Float64Array.from({ length: points }, (_, i) => i + 1 + chance() * 0.2)
  const noise = (scale: number) => Float32Array.from({ length: points }, () => chance() * scale)
  const [cpu, thread] = [noise(180), noise(100)]
  // A spike of 2 ms in calm.
  thread.fill(1, 400_000, 600_000)
  thread.fill(99, 500_000, 500_002)
  const spans = Array.from({ length: spanCount }, (_, i): MadeSpan => {
    const isRoot = i % 5 === 0
    const start = Math.floor(i / 5) * 49 + (i % 5) * 7
    const length = isRoot ? 60 + chance() * 200 : 2 + chance() * 20
    return {
      name: `operation ${i % 10_000}`,
      start,
      duration: Math.min(length, duration - start),
      parent: isRoot ? -1 : i - (i % 5),
      selfMs: length * chance(),
      othersMs: chance() * 10,
      waitMs: chance(),
      cpuMs: length * 1.5,
      memoryMax: Math.floor(chance() * 1e5) * 4096,
      flags: i % 16,
      traceId: hex(chance, 32),
      spanId: hex(chance, 16),
      attributes: JSON.stringify({ 'http.route': `/path/${i % 50}`, 'user.id': Math.floor(chance() * 1e6) }),
    }
  })
  spans[7]!.attributes = JSON.stringify({ huge: 'x'.repeat(1e6) })
  const process = processOf({
    time,
    cpu: { min: cpu, avg: cpu, max: cpu },
    thread: { min: thread, avg: thread, max: thread },
    memory: { time, bytes: Float64Array.from(time, () => (100_000 + Math.floor(chance() * 4096)) * 4096) },
    wait: { time, percent: noise(10) },
    spans: spanColumns(spans),
  })
  return reportOf(duration, [process])
}

function hex(chance: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(chance() * 16).toString(16)).join('')
}
