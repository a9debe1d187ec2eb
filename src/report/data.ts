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
  wait?: ReportSteps
  /** Throttling by the CPU quota, added up over CPUs, in % of the time. */
  throttled?: ReportSteps
  gc: { start: Float64Array; duration: Float32Array; kind: string[] }
  /** Times in which the event loop was blocked. */
  blocks: { start: Float64Array; duration: Float32Array }
  spans: ReportSpans
  /** Only where V8's CPU profile was taken. */
  profile?: ReportProfile
}

/** Which functions ran for which spans. */
export interface ReportProfile {
  /** Wanted time between samples, in ms. */
  periodMs: number
  /** When the first sample may have been taken, and the last. */
  startMs: number
  endMs: number
  /** Of the thread, whatever it did. */
  samples: number
  /** Samples of which it is not known for whom the thread worked. */
  lost: number
  /** What it took of the thread to take and write the files, in ms. */
  costMs: number
  /** How many files were removed to keep the recording small. */
  removed: number
  functions: { name: string; location: string }[]
  /**
   * How many samples found a function at work for a span itself, by the index of each, and what CPU time of the thread
   * they stand for. In the order of the spans.
   */
  found: { span: Uint32Array; function: Uint32Array; samples: Uint32Array; cpuMs: Float32Array }
}

export interface ReportSteps {
  time: Float64Array
  /** The highest, where steps were folded. */
  percent: Float32Array
  /** Of all time of which it is known; NaN where it never is. */
  mean: number
}

export interface ReportSeries {
  min: Float32Array
  avg: Float32Array
  max: Float32Array
}

export interface ReportSampler {
  backend: 'native' | 'js'
  /** Why the backend is the JavaScript timer, unless that was wanted. */
  backendReason?: string
  /** At the end; NaN: not known. */
  periodMs: number
  /** The longest period there was, where it was longer than wanted, and why: see `MonitorHealth.periodReason`. */
  lengthened?: { wantedMs: number; longestMs: number; reason: 'shared' | 'budget' | 'timer' | 'wanted' }
  /** Share of the time that was sampled at the full rate, 0..1. */
  coverage: number
  maxGapMs: number
  /** By cause. */
  missedTicks: Record<string, number>
  samples: number
  /** What was left out to keep the recording small. */
  thinned?: string
  /** Spans are among it. */
  lacksSpans?: true
}

export interface ReportSpans {
  names: string[]
  /** Index into `names`. */
  name: Uint32Array
  start: Float64Array
  /** Of one that did not end, until the recording did. */
  duration: Float64Array
  /** Index of the parent span; -1: none here. */
  parent: Int32Array
  /** The span id of a parent that is not here, as of a request from another process; empty: none. */
  parentElsewhere: string[]
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

/** The bits of `flags`; an unfinished span is one whose end is not in the recording. */
export const spanFlag = { cpuBound: 1, memoryExceeded: 2, shared: 4, error: 8, unfinished: 16 } as const
