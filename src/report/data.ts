/**
 * What a report shows. Times are ms since the recording began; CPU is in % of one core, memory in bytes. Columns of one
 * group have the same length. What is not known is absent (NaN in a column), never 0.
 */
export interface ReportData {
  format: 1
  program: {
    command: string[]
    node: string
    startedAt: number /* ms since 1970 */
    durationMs: number
    end: { code?: number; signal?: string; why?: string } | null
  }
  machine: {
    model: string
    cores: number
    memoryBytes: number
    kernel: string
    cpuLimit?: number
    memoryLimit?: number
  }
  processes: ReportProcess[]
  /** One to three plain sentences. */
  verdict: string[]
}

export interface ReportProcess {
  pid: number
  name: string
  sampler: {
    backend: 'native' | 'js'
    periodMs: number
    coverage: number
    maxGapMs: number
    missedTicks: Record<string, number>
    samples: number
    thinned?: string
  }
  /** One column a number; min/max only differ from avg where samples were folded. */
  time: Float64Array
  cpu: { min: Float32Array; avg: Float32Array; max: Float32Array }
  thread: { min: Float32Array; avg: Float32Array; max: Float32Array }
  memory: { time: Float64Array; bytes: Float64Array }
  wait?: { time: Float64Array; percent: Float32Array } // run delay of the JS thread, % of the time
  throttled?: { time: Float64Array; percent: Float32Array }
  gc: { start: Float64Array; duration: Float32Array; kind: string[] }
  blocks: { start: Float64Array; duration: Float32Array } // the event loop was blocked
  spans: {
    names: string[]
    name: Uint32Array // index into names
    start: Float64Array
    duration: Float64Array
    parent: Int32Array // index of the parent span, -1: none
    selfMs: Float32Array // own CPU
    othersMs: Float32Array // others on the loop
    waitMs: Float32Array
    cpuMs: Float32Array // the process's in the window
    memoryMax: Float64Array
    flags: Uint8Array // 1 cpu bound, 2 memory threshold exceeded, 4 shared, 8 error
    traceId: string[]
    spanId: string[]
    attributes: (string | undefined)[] // JSON text of the other attributes, absent with --no-attributes
  }
  /** Functions that ran while a span name was the one that ran, by self time: only with --cpu-prof. */
  functions?: { name: number; function: string; location: string; selfMs: number }[]
}
