import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { amount, type Case, type Metric, median } from '../case.js'
import { SampleRing } from '../load/sample-ring.js'
import { runProgram } from '../native.js'

const lengths = [100, 1000, 10_000, 100_000, 1_000_000]
const rounds = amount(9)
/** What the program calls the ways that it measures. */
const programs: Record<string, string> = {
  core: 'core',
  'core, with percentiles': 'core+percentiles',
  'native scan': 'scan',
}

/** What a window costs by its length: through the package, in the core alone, and by ways that look at each sample. */
export const windowQuery: Case = {
  name: 'window-query',
  title: 'Time of one answer by the samples in the window; `between()` gives percentiles, the scans do not',
  variants: ['between()', ...Object.keys(programs), 'JavaScript scan'],
  repeats: 3,
  async run(variant) {
    if (variant === 'between()') return throughThePackage()
    if (variant === 'JavaScript scan') return scanInJavaScript()
    return inProgram(programs[variant]!)
  },
}

/** At 10 kHz, for as long as a benchmark may sample: a million samples would take too long. */
async function throughThePackage(): Promise<Metric[]> {
  using monitor = createMonitor({
    backend: 'native',
    periodMs: 0.1,
    historyMs: 60_000,
    whenIdle: 'sample',
    maxOverheadPercent: 0,
  }).start()
  await sleep(11_000)
  const end = performance.now()
  await sleep(300) // a window that has just ended costs a fresh reading of the counters on top
  return lengths.slice(0, -1).map((samples) => {
    const length = samples * 0.1
    // Nearby windows, so that not the same memory answers each time.
    return timed(samples, 5000, (i) => monitor.between(end - length - (i % 50) * 0.013, end + (i % 30) * 0.07))
  })
}

function scanInJavaScript(): Metric[] {
  const ring = new SampleRing(lengths.at(-1)! + 1000)
  return lengths.map((samples) => {
    const queries = Math.max(3, 1_000_000 / samples)
    return timed(samples, queries, (i) => ring.stats((i * 89) % 997, ((i * 89) % 997) + samples))
  })
}

async function inProgram(way: string): Promise<Metric[]> {
  const times = await runProgram('window_scan')
  return lengths.map((samples) => metric(samples, times.get(`${way}/${samples}`) ?? Number.NaN))
}

function timed(samples: number, queries: number, query: (i: number) => unknown): Metric {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now()
    for (let i = 0; i < queries; i++) query(i)
    times.push(((performance.now() - begin) / queries) * 1000)
  }
  return metric(samples, median(times))
}

function metric(samples: number, value: number): Metric {
  return { metric: `${samples} samples`, value, unit: 'µs' }
}
