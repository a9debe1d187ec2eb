import { inTurn } from './disturbances.js'
import type { Functions, Sample, Soaked } from './samples.js'
import { type Trend, trendOf } from './trend.js'

const mebibyte = 2 ** 20

/** With what V8 keeps of functions beside their code; NaN where that was never looked at. */
type Known = Sample & { notedBytes: number }

interface Figure {
  name: string
  of(sample: Known, before: Sample | undefined): number
  /** Whether it is up to others than the service and what it has loaded: V8's compiler, or what else the machine does. */
  foreign?: boolean
}

/** What is looked at. */
const figures: Figure[] = [
  { name: 'heap without functions, MB', of: withoutFunctions },
  { name: 'compiled code, MB', of: ({ codeBytes }) => codeBytes / mebibyte, foreign: true },
  { name: 'notes for the compiler, MB', of: ({ notedBytes }) => notedBytes / mebibyte, foreign: true },
  { name: 'outside of the heap, MB', of: ({ externalBytes }) => externalBytes / mebibyte },
  { name: "C library's heap in use, MB", of: ({ mallocBytes }) => mallocBytes / mebibyte },
  { name: 'history of the sampler, MB', of: ({ historyBytes }) => historyBytes / mebibyte },
  { name: 'resident set, MB', of: ({ residentBytes }) => residentBytes / mebibyte },
  { name: 'recording on disk, MB', of: ({ recordingBytes }) => recordingBytes / mebibyte },
  { name: 'file descriptors', of: ({ descriptors }) => descriptors },
  { name: 'threads', of: ({ threads }) => threads },
  { name: 'lateness of the sampler, p99, ms', of: ({ latenessMs }) => latenessMs, foreign: true },
  { name: 'missed ticks, %', of: missedPercent, foreign: true },
]

function withoutFunctions({ heapBytes, codeBytes, notedBytes }: Known): number {
  return (heapBytes - codeBytes - notedBytes) / mebibyte
}

function missedPercent(sample: Sample, before: Sample | undefined): number {
  const { ticks, missedTicks } = before ?? { ticks: 0, missedTicks: 0 }
  return (100 * (sample.missedTicks - missedTicks)) / Math.max(1, sample.ticks - ticks)
}

export type Row = Trend & { name: string; foreign: boolean; values: number[] }

export interface Report {
  rows: Row[]
  /** How long the second half was. */
  halfHours: number
  /** Names of what must not grow and does, and what went wrong. */
  complaints: string[]
}

/** Takes at least 20 samples. */
export function reportOf({ samples, functions, failures }: Soaked): Report {
  const known = samples.map((sample) => ({ ...sample, notedBytes: notedAt(functions, sample.seconds) }))
  const rows = figures.flatMap(({ name, of, foreign = false }) => {
    const values = known.map((sample, i) => of(sample, known[i - 1]))
    return isKnown(values) ? [{ name, foreign, values, ...trendOf(values) }] : []
  })
  const half = samples.slice(Math.floor(samples.length / 2))
  const halfHours = (half.at(-1)!.seconds - half[0]!.seconds) / 3600
  const growing = rows.filter(({ foreign, verdict }) => verdict === 'growing' && !foreign)
  return {
    rows,
    halfHours,
    complaints: [
      ...growing.map(({ name }) => `${name}: growing`),
      ...failures.map(({ seconds, what }) => `after ${seconds.toFixed(0)} s: ${what}`),
    ],
  }
}

/** On the line between the snapshots before and after, or as at the nearest one. */
function notedAt(functions: readonly Functions[], seconds: number): number {
  const next = functions.findIndex((each) => each.seconds >= seconds)
  const after = functions.at(next)
  const before = functions[next - 1] ?? after
  if (before === undefined || after === undefined) return Number.NaN
  const share = before === after ? 0 : (seconds - before.seconds) / (after.seconds - before.seconds)
  return before.notedBytes + share * (after.notedBytes - before.notedBytes)
}

/** A soak that began before something was looked at has no figure of it, or none in the beginning. */
function isKnown(values: readonly number[]): boolean {
  return values.slice(Math.floor(values.length / 2)).every(Number.isFinite)
}

/** For a terminal. */
export function textOf(soaked: Soaked, { rows, complaints }: Report): string {
  const { samples, warnings } = soaked
  const last = samples.at(-1)!
  const perSecond = last.requests / last.seconds
  return [
    `${last.seconds.toFixed(0)} s, ${last.requests} requests (${perSecond.toFixed(0)} a second), ${last.workers} workers, ${cpuPercent(last).toFixed(1)} % of a core`,
    `${last.attributed} of ${last.spans} spans with their cost, ${last.alerts} alerts, ${last.failed} requests without an answer`,
    timesOf(soaked),
    ...(soaked.beginning.noCgroup === undefined ? [] : [`no memory pressure: ${soaked.beginning.noCgroup}`]),
    `${'in the second half'.padEnd(32)} ${'mean'.padStart(8)} ${'growth'.padStart(8)}  95 % confidence`,
    ...rows.map(line),
    ...warnings.map(({ seconds, message }) => `warning after ${seconds.toFixed(0)} s: ${message}`),
    ...complaints.map((complaint) => `failed: ${complaint}`),
  ].join('\n')
}

function line({ name, mean, growth, verdict }: Row): string {
  const show = (value: number) => value.toFixed(2)
  const range = `${show(growth.low)} … ${show(growth.high)}`
  return `${name.padEnd(32)} ${show(mean).padStart(8)} ${show(growth.value).padStart(8)}  ${range.padEnd(18)} ${verdict}`
}

/** Of the service, in all. */
export function cpuPercent({ cpuMs, seconds }: Sample): number {
  return cpuMs / (10 * seconds)
}

/** How often each disturbance came, as text. */
export function timesOf({ disturbances }: Soaked): string {
  const count = (name: string) => disturbances.filter(({ what }) => what === name).length
  return inTurn.map((name) => `${count(name)} × ${name}`).join(', ')
}
