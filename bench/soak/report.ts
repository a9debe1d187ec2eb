import type { Inside, Outside, Sample } from './messages.js'
import { type Trend, trendOf } from './trend.js'

type Figure = Exclude<keyof (Inside & Outside), 'requests' | 'workers'>

const mebibyte = 2 ** 20

/** What must not grow, and how many of its units are shown as one. */
const figures: Record<Figure, { name: string; unit: number }> = {
  heapBytes: { name: 'heap after a collection, MB', unit: mebibyte },
  mallocBytes: { name: "C library's heap in use, MB", unit: mebibyte },
  historyBytes: { name: 'history of the sampler, MB', unit: mebibyte },
  residentBytes: { name: 'resident set, MB', unit: mebibyte },
  descriptors: { name: 'file descriptors', unit: 1 },
  threads: { name: 'threads', unit: 1 },
}

/** As text, with the names of those that grow. */
export function report(samples: readonly Sample[]): { text: string; growing: string[] } {
  const last = samples.at(-1)!
  const keys = Object.keys(figures) as Figure[]
  const trends = keys.map((key) => ({ ...figures[key], ...trendOf(samples.map((sample) => sample[key])) }))
  const lines = [
    `${last.seconds.toFixed(0)} s, ${last.requests} requests (${(last.requests / last.seconds).toFixed(0)} a second), ${last.workers} workers`,
    `${'in the second half'.padEnd(28)} ${'mean'.padStart(8)} ${'growth'.padStart(8)}  95 % confidence`,
    ...trends.map(line),
  ]
  return { text: lines.join('\n'), growing: trends.filter(({ growing }) => growing).map(({ name }) => name) }
}

function line({ name, unit, mean, growth, growing }: Trend & { name: string; unit: number }): string {
  const show = (value: number) => (value / unit).toFixed(2)
  const range = `${show(growth.low)} … ${show(growth.high)}`
  return `${name.padEnd(28)} ${show(mean).padStart(8)} ${show(growth.value).padStart(8)}  ${range.padEnd(18)} ${growing ? 'growing' : 'flat'}`
}
