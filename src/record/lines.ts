/**
 * What a recording consists of. Each thread that is recorded has a folder: `header.json`, and numbered files of lines, each
 * of which is one JSON object, with spans in columns (`span-columns.ts`). A file may be cut anywhere: it is read as far as
 * its lines are whole. Times are `performance.now()` milliseconds of the thread, CPU in % of one core, memory in bytes.
 */

import type { MissedTicks, MonitorHealth } from '../health.js'
import type { Attributes } from './kept-attributes.js'

export const recordingFormat = 1

export interface Header {
  format: typeof recordingFormat
  pid: number
  /** 0 is the main thread. */
  threadId: number
  /** By which the kernel knows it, where it says so. */
  kernelThread?: number
  /** The program and its arguments. */
  command: string[]
  node: string
  /** When `performance.now()` of the thread was 0, in ms since 1970. */
  timeOrigin: number
  /** When the recording began. */
  startMs: number
  machine: Machine
}

export interface Machine {
  model: string
  cores: number
  memoryBytes: number
  kernel: string
}

/** Numbers of 4 bytes each, the first byte the lowest, as base64. */
export type Column = string

/** Samples since the line before. A value stands for the time since the one before it. */
export interface SamplesLine {
  kind: 'samples'
  /** Times of the samples are relative to this, and the first one stands for the time since then. */
  startMs: number
  time: Column
  cpu: Extremes
  thread?: Extremes
  memory?: { time: Column; kilobytes: Column }
}

/** `min` and `max` are left out where each is the same as `avg`. */
export interface Extremes {
  avg: Column
  min?: Column
  max?: Column
}

/**
 * In steps of equal length: values for the time from `startMs + i * stepMs` on, in % of the time. Where steps became one,
 * `percent` is the highest of them; `mean` is left out where it is the same.
 */
export interface StepsLine {
  kind: 'wait' | 'throttled'
  startMs: number
  stepMs: number
  percent: Column
  mean?: Column
}

/** Pauses of the thread: garbage collections, each with its kind, or blocks of the event loop. */
export interface PausesLine {
  kind: 'gc' | 'blocks'
  start: number[]
  duration: number[]
  types?: string[]
}

export interface SpansLine {
  kind: 'spans'
  spans: RecordedSpan[]
  /** How many spans there were before the line was thinned. */
  before?: number
}

/** Spans that were open when it was written, and in no such line before: as they were, and `durationMs` is 0. */
export interface OpenLine {
  kind: 'open'
  spans: RecordedSpan[]
}

/** A span that ended, or what stands for one in a program without OpenTelemetry. What is not known is left out. */
export interface RecordedSpan {
  name: string
  startMs: number
  durationMs: number
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  /** As in `ReportData`: 1 CPU-bound, 2 memory threshold exceeded, 4 shared, 8 error. */
  flags: number
  /** CPU time that the JavaScript thread ran for the span itself. */
  selfMs: number | undefined
  othersMs: number | undefined
  waitMs: number | undefined
  /** CPU time of the process during the span. */
  cpuMs: number | undefined
  memoryMax: number | undefined
  /** Its number in the files of the CPU profile, where one is taken. */
  owner: number | undefined
  /** Those that are not ours. */
  attributes: Attributes | undefined
}

/** How the sampler did so far. */
export interface HealthLine {
  kind: 'health'
  atMs: number
  backend: 'native' | 'js'
  backendReason?: string
  wantedPeriodMs: number
  periodMs: number
  periodReason: MonitorHealth['periodReason']
  samples: number
  missedTicks: MissedTicks
  maxGapMs: number
  /** Share of the time since the line before that was sampled at the full rate, 0..1. */
  coverage: number
  heapUsed: number
  heapLimit: number
  /** Of the cgroup, in cores and bytes; absent where nothing limits it. */
  cpuLimit?: number
  memoryLimit?: number
}

/** The thread ended, or the recording was stopped. */
export interface EndLine {
  kind: 'end'
  atMs: number
  why: string
  code?: number
}

export type Line = SamplesLine | StepsLine | PausesLine | SpansLine | OpenLine | HealthLine | EndLine
