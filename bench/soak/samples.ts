import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import type { Disturbance } from './disturbances.js'
import type { ClientCounts, Inside } from './messages.js'

/** What the kernel says of the service. */
export interface Outside {
  residentBytes: number
  descriptors: number
  threads: number
  /** CPU time of the process so far, in ms. */
  cpuMs: number
  /** Of all files of the recording. */
  recordingBytes: number
}

/** What its endpoint for Prometheus says of the sampler. */
export interface Scraped {
  /** What is set aside for the history, in bytes. */
  historyBytes: number
  /** How late ticks were so far, 99th percentile, in ms. */
  latenessMs: number
  /** Ticks so far: with a sample, and without one while the process was not stopped. */
  ticks: number
  missedTicks: number
}

export type Sample = { seconds: number } & Inside & Outside & Scraped & ClientCounts

/** Each line of a file of samples, in the order of time; `seconds` since the soak began. */
export type Line =
  | ({ kind: 'begin' } & Beginning)
  | ({ kind: 'sample' } & Sample)
  | ({ kind: 'functions' } & Functions)
  | { kind: 'disturbance'; seconds: number; what: Disturbance; note?: string }
  | { kind: 'failure'; seconds: number; what: string }
  | { kind: 'warning'; seconds: number; message: string }
  | { kind: 'end'; seconds: number }

/** By a snapshot of the heap, which takes too long for each sample. */
export interface Functions {
  seconds: number
  /**
   * What V8 keeps of functions beside their code: what it has seen of their arguments, what their code depends on. It grows
   * as the code does, and no object of a program is in it.
   */
  notedBytes: number
}

export interface Beginning {
  date: string
  machine: Record<string, string>
  /** How long it is to run. */
  hours: number
  /** From one sample to the next, in seconds. */
  every: number
  /** Requests a second; 0: as many as are answered. */
  rate: number
  /** Why there is no memory pressure. */
  noCgroup?: string
}

export class SampleFile {
  readonly #path: string

  constructor(path: string, beginning: Beginning) {
    this.#path = path
    writeFileSync(path, '')
    this.write({ kind: 'begin', ...beginning })
  }

  /** At once: a soak that ends abruptly leaves all it has seen. */
  write(line: Line): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
  }
}

type Of<Kind> = Extract<Line, { kind: Kind }>

export interface Soaked {
  beginning: Beginning
  samples: Of<'sample'>[]
  functions: Of<'functions'>[]
  disturbances: Of<'disturbance'>[]
  failures: Of<'failure'>[]
  warnings: Of<'warning'>[]
  /** Whether it ran to its end. */
  ended: boolean
}

/** Reads a file of samples, also one that is still being written. */
export function readSamples(path: string): Soaked {
  const text = readFileSync(path, 'utf8')
  // What comes after the last end of a line is not written yet.
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
  const of = <Kind extends Line['kind']>(kind: Kind) => lines.filter((line) => line.kind === kind) as Of<Kind>[]
  const [beginning] = of('begin')
  if (beginning === undefined) throw new Error(`${path} is no file of samples`)
  return {
    beginning,
    samples: of('sample'),
    functions: of('functions'),
    disturbances: of('disturbance'),
    failures: of('failure'),
    warnings: of('warning'),
    ended: of('end').length > 0,
  }
}
