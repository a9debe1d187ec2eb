import { createMonitor } from 'spanmeter'
import type { Case, Metric } from '../case.js'
import { runProgram } from '../native.js'

const sizes: Record<string, { periodMs: number; historyMs: number }> = {
  '30 s at 1 ms': { periodMs: 1, historyMs: 30_000 },
  '30 s at 0.1 ms': { periodMs: 0.1, historyMs: 30_000 },
  '100 s at 0.1 ms': { periodMs: 0.1, historyMs: 100_000 },
  '1 h at 1 ms': { periodMs: 1, historyMs: 3_600_000 },
}
/** A sampler that has run for a day, in the memory of the first of the sizes. */
const day = '24 h through 30 s at 1 ms'

/** What the history takes: rows, summaries and distributions of all sources, and of the one JavaScript thread. */
export const historyMemory: Case = {
  name: 'history-memory',
  title: 'Memory of the history by the samples it is to keep, and a day written into it in the core alone',
  variants: [...Object.keys(sizes), day],
  repeats: 1,
  async run(variant) {
    const size = sizes[variant]
    if (size === undefined) return aDay()
    using monitor = createMonitor({ ...size, backend: 'native' }).start()
    return memory(monitor.health().memoryBytes, size.historyMs / size.periodMs)
  },
}

function memory(bytes: number, samples: number): Metric[] {
  return [
    { metric: 'memory', value: bytes / 2 ** 20, unit: 'MB' },
    { metric: 'of each sample', value: bytes / samples, unit: 'bytes' },
  ]
}

/** Fails unless the one highest and the one lowest moment of the day are found. */
async function aDay(): Promise<Metric[]> {
  const found = await runProgram('day_of_history', 1, 30_000)
  return [
    ...memory(found.get('bytes')!, 30_000),
    { metric: 'writing one sample', value: found.get('appendNs')!, unit: 'ns' },
    { metric: 'first answer over 24 h', value: found.get('queryUs')!, unit: 'µs' },
  ]
}
