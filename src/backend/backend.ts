import type { MonitorHealth, Source } from '../health.js'
import type { ResourceStats, SampleColumns } from '../types.js'

/** What a monitor asks of its backend; checked and complete. */
export interface BackendOptions {
  readonly periodMs: number
  readonly historyMs: number
  readonly maxOverheadPercent: number
  readonly maxSpanOverheadPercent: number
  readonly whenIdle: 'park' | 'sample'
  readonly sources: readonly Source[]
}

/** Counters of one instant; what the slots mean is the backend's own business. */
export type Edge = Float64Array

/** What the default attributes of a span contain; part of `ResourceStats`. */
export interface EssentialStats {
  durationMs: number
  samples: number
  coverage: number
  cpu?: { timeMs: number; avg: number; min: number; max: number } | undefined
  thread?: { waitMs?: number } | undefined
  memory?: { avg: number; min: number; max: number } | undefined
  cgroup?: { throttledMs?: number } | undefined
}

/**
 * Samples, remembers and answers. Two implementations, one face: the native sampler and the pure-JavaScript one.
 * Times are `performance.now()` milliseconds of the calling thread. Arguments have been checked.
 */
export interface Backend {
  readonly kind: 'native' | 'js'
  /** Length of an edge. */
  readonly edgeLength: number

  /** Throws `SpanmeterError` `NATIVE_UNAVAILABLE` when sampling cannot begin. A second call changes nothing. */
  start(): void
  /** Lets go of all open marks. What was sampled stays readable. */
  stop(): void
  /** Stops and frees everything; no other call follows. */
  close(): void

  /** Reads the counters into `edge`, and keeps the sampler awake until `release()`. Only while running. */
  mark(edge: Edge): void
  release(): void
  /**
   * A mark that the backend keeps for a span. `details`: whether the answer will be asked for more than essentials.
   * 0 when too many are open.
   */
  openSpan(details: boolean): number
  /** What happened since the span was opened; undefined if it is not open. Releases the mark. */
  closeSpan(span: number): ResourceStats | undefined
  /** The same for a span that was opened without details. The answer is valid until the next call. */
  closeSpanEssentials(span: number): EssentialStats | undefined
  /** Nobody will ask for the span any more. */
  dropSpan(span: number): void
  /** Reads the counters into `edge`. */
  read(edge: Edge): void
  /** When the counters of `edge` were read. */
  timeOf(edge: Edge): number

  /** What happened between two edges. */
  since(start: Edge, end: Edge): ResourceStats
  /** What happened between two moments, as far as it was recorded. */
  between(startMs: number, endMs: number): ResourceStats
  samples(startMs: number, endMs: number, maxPoints: number): SampleColumns
  health(): BackendHealth
}

/** What only the monitor knows is added by it. */
export type BackendHealth = Omit<MonitorHealth, 'backend' | 'backendReason' | 'wantedPeriodMs'>
