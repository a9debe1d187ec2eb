/**
 * What a report shows. Times are ms since the recording began; CPU is in % of one core, memory in bytes. Columns of one
 * group have the same length, and are in the order of time. A value at a time stands for what was since the time before it.
 * What is not known is absent (NaN in a column), never 0.
 */
export interface ReportData {
  format: 1
  program: ReportProgram
  machine: ReportMachine
  processes: ReportProcess[]
  /** One to three plain sentences. */
  verdict: string[]
}

export interface ReportProgram {
  command: string[]
  /** The version of Node.js. */
  node: string
  /** When the recording began, in ms since 1970. */
  startedAt: number
  durationMs: number
  /** How it ended; null where that is not known, as while it runs. */
  end: { code?: number; signal?: string; why?: string } | null
}

export interface ReportMachine {
  model: string
  cores: number
  memoryBytes: number
  kernel: string
  /** In cores. */
  cpuLimit?: number
  memoryLimit?: number
}

/** A process, or a worker thread of one. */
export interface ReportProcess {
  pid: number
  name: string
  sampler: ReportSampler
  /** One column a number; min and max only differ from avg where samples were folded. */
  time: Float64Array
  /** Of the whole process. */
  cpu: ReportSeries
  /** Of the JavaScript thread. */
  thread: ReportSeries
  memory: { time: Float64Array; bytes: Float64Array }
  /** Run delay of the JavaScript thread, in % of the time. */
  wait?: { time: Float64Array; percent: Float32Array }
  /** Throttling by the CPU quota, added up over CPUs, in % of the time. */
  throttled?: { time: Float64Array; percent: Float32Array }
  gc: { start: Float64Array; duration: Float32Array; kind: string[] }
  /** Times in which the event loop was blocked. */
  blocks: { start: Float64Array; duration: Float32Array }
  spans: ReportSpans
  /** Functions that ran while a span name was the one that ran, by self time: only where a CPU profile was taken. */
  functions?: { name: number; function: string; location: string; selfMs: number }[]
}

export interface ReportSeries {
  min: Float32Array
  avg: Float32Array
  max: Float32Array
}

export interface ReportSampler {
  backend: 'native' | 'js'
  periodMs: number
  /** Share of the time that was sampled at the full rate, 0..1. */
  coverage: number
  maxGapMs: number
  /** By cause. */
  missedTicks: Record<string, number>
  samples: number
  /** What was left out to keep the recording small. */
  thinned?: string
}

export interface ReportSpans {
  names: string[]
  /** Index into `names`. */
  name: Uint32Array
  start: Float64Array
  duration: Float64Array
  /** Index of the parent span; -1: none here. */
  parent: Int32Array
  /** CPU time that the JavaScript thread ran for the span itself. */
  selfMs: Float32Array
  /** What the thread ran meanwhile for others. */
  othersMs: Float32Array
  /** The thread was ready to run, but had no CPU. */
  waitMs: Float32Array
  /** CPU time of the process meanwhile. */
  cpuMs: Float32Array
  memoryMax: Float64Array
  /** See `spanFlag`. */
  flags: Uint8Array
  traceId: string[]
  spanId: string[]
  /** JSON text of the other attributes; undefined where there are none, or they were not recorded. */
  attributes: (string | undefined)[]
}

export const spanFlag = { cpuBound: 1, memoryExceeded: 2, shared: 4, error: 8 } as const
