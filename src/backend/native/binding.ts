import { monotonicOrigin } from '../../clock.js'
import { SpanmeterError } from '../../errors.js'
import type { MonitorHealth } from '../../health.js'
import { loadBinary } from './binary.js'
import type { SourceName } from './layout.js'

/** Opaque number of an open monitor. */
export type MonitorId = number

/**
 * What native/binding exports. Times are `performance.now()` milliseconds of the calling thread; edges and answers
 * are laid out as `layout` says, with NaN for what the machine does not report. Wrong types throw a `TypeError`.
 */
export interface Binding {
  readonly layout: { edge: string[]; stats: string[]; sources: string[]; ledger: string[] }
  /** CLOCK_MONOTONIC in ms. */
  now(): number
  /** CLOCK_MONOTONIC in ms when `performance.now()` was 0 on this thread. */
  setTimeOrigin(ms: number): void
  open(
    periodMs: number,
    historyMs: number,
    sources: number,
    maxOverheadPercent: number,
    maxSpanOverheadPercent: number,
    always: boolean,
  ): MonitorId
  /** Why sampling cannot begin; undefined when it has. */
  start(monitor: MonitorId): string | undefined
  stop(monitor: MonitorId): void
  close(monitor: MonitorId): void
  mark(monitor: MonitorId, edge: Float64Array): void
  release(monitor: MonitorId): void
  /**
   * Functions for the spans of a monitor; those with `details` are asked for more than essentials. Once none of them is
   * held any more, the monitor is closed.
   */
  spans(monitor: MonitorId, details: boolean): NativeSpans
  /** A ledger of this thread, which lives as long as its functions are held. */
  ledger(): NativeLedger
  /**
   * Watches for times of at least `minMs` in which the event loop did not come round. `onBlock` is called with the start and
   * the end of each when it is over, before the loop waits; it must not throw, and is held weakly. Undefined where the
   * host has no libuv.
   */
  loopBlocks(minMs: number, onBlock: (startMs: number, endMs: number) => void): NativeLoopBlocks | undefined
  read(monitor: MonitorId, edge: Float64Array): void
  since(monitor: MonitorId, start: Float64Array, end: Float64Array, stats: Float64Array): void
  between(monitor: MonitorId, startMs: number, endMs: number, stats: Float64Array): void
  /** `[time, cpu avg, min, max, thread avg, min, max, memory avg, min, max]`. */
  samples(monitor: MonitorId, startMs: number, endMs: number, maxPoints: number): Float64Array[]
  health(monitor: MonitorId): NativeHealth
  host(): NativeHost
  /** What a reading of each source takes, in ms: the median of so many, 1 … 1000. Sources that cannot be read are left out. */
  sourceCosts(readings: number): Partial<Record<SourceName, number>>
  /**
   * How far the CPU clock of the process moves at once while one of its threads runs and another one looks, in ms. Looks
   * for 0 … 1000 ms; undefined where it cannot be seen.
   */
  clockStep(durationMs: number): number | undefined
}

export interface NativeSpans {
  /** Laid out as `layout.stats` says. Made on the native side, as everything that it keeps: see `Environment`. */
  readonly stats: Float64Array<ArrayBuffer>
  /** Handle of a mark that is kept on the native side; 0 when too many are open, or there is no memory for it. */
  open(): number
  /** Writes what happened since the span was opened to `stats`. False, and `stats` untouched, if it is not open. */
  close(span: number): boolean
  drop(span: number): void
}

export interface NativeLedger {
  /** Laid out as `layout.ledger` says. */
  readonly shared: Float64Array<ArrayBuffer>
  /** Handle of a new account; 0 when too many are open. `parent` 0: none. */
  open(parent: number): number
  /** From now on the thread works for this account, which gets what is in suspense; 0: for nobody. */
  turn(account: number): void
  /** The same for work that says nothing of whom the callback is for. */
  visit(account: number): void
  /** The same at the beginning of a callback of the event loop, which ends the run before. */
  begin(account: number): void
  /**
   * A callback of a shared resource begins. Takes what was returned for this resource before, and 0 the first time.
   */
  hold(resource: number): number
  /** The thread goes on with that callback. */
  holdOn(): void
  /** A callback is over: what follows before the next one is announced is in suspense. */
  leave(): void
  /** No JavaScript runs until the next call. What is done meanwhile is for the shared resource that calls back next. */
  pause(): void
  /** The thread has worked for this account since its last turn. */
  reassign(account: number): void
  /**
   * Answers in `shared` with the CPU time of the account, that with all below it, and what else the thread used while it
   * was open, in ms. False if it is not open, or the thread's clock could not be read.
   */
  close(account: number): boolean
  /**
   * Answers with the CPU time of the account as of the last call of `sums()` or later, in ms: it never goes back. False if
   * it is not open.
   */
  self(account: number): boolean
  /** Answers with the CPU time of the thread since the ledger began, and the part that was nobody's, in ms. */
  sums(): void
  /**
   * Whether the thread turns to nobody each time the event loop is about to wait for events; `loopWaited` in `shared` is
   * set to 1 then. Without effect where the host has no libuv.
   */
  watchLoop(on: boolean): void
  /** The ledger keeps a record of its turns from now on, in place of one that it keeps already. */
  turns(): NativeTurns
}

/**
 * Whoever a thread works for has a number in the record, which nobody else ever gets; nobody has 0. Odd ones are in
 * suspense: they stand for another number once it is known whose the work was.
 */
export interface NativeTurns {
  /**
   * Whom the thread worked for at these moments, in µs of CLOCK_MONOTONIC and in their order; NaN where that is not known.
   * Behind them, of numbers in suspense that it has returned before: who they were and whose they turned out to be, in
   * turn. Forgets all turns.
   */
  take(moments: Float64Array): Float64Array
  /** The number of the account that was closed last. */
  closed(): number
  /** How full the record is, 0 … 1. What comes after that is not known. */
  size(): number
  /** The ledger keeps no record any more. */
  end(): void
}

/** A watch, which lives as long as its functions are held. */
export interface NativeLoopBlocks {
  /** Nothing is reported any more. */
  end(): void
  /** What the thread did so far is no part of a block. */
  restart(): void
  setMin(minMs: number): void
  /** When the callbacks that run now began. */
  runningSince(): number
}

export interface NativeHealth {
  state: 'stopped' | 'parked' | 'sampling'
  periodMs: number
  /** The shortest that any monitor asked for. */
  askedPeriodMs: number
  historyMs: number
  samples: number
  missedTicks: MonitorHealth['missedTicks']
  maxGapMs: number
  latenessP50Ms: number
  latenessP99Ms: number
  latenessMaxMs: number
  cpuTimeMs: number
  memoryBytes: number
  edgesRead: number
  edgesDerived: number
  edgesCostMs: number
  edgesBoundMs: number
  errors: Record<string, string>
}

/** What the machine offers to the sampler. What it does not report is left out. */
export interface NativeHost {
  /** The version of Node-API that the binary was made for. */
  nodeApi: number
  pageBytes?: number
  clockResolutionNs?: number
  clockReadingNs: number
  /** 0: none. */
  cgroupVersion: 0 | 1 | 2
  /** In cores. */
  cpuLimit?: number
  cpuPeriodMs?: number
  /** In bytes. */
  memoryLimit?: number
  /** Since the cgroup exists. */
  throttledMs?: number
  throttledPeriods?: number
  /** Of the sampler thread. */
  timerSlackNs?: number
  sliceNs?: number
}

let loaded: Binding | SpanmeterError | undefined

/** The native sampler of this thread. Throws `SpanmeterError` `NATIVE_UNAVAILABLE`, always the same, where none loads. */
export function loadBinding(): Binding {
  loaded ??= tryLoad()
  if (loaded instanceof SpanmeterError) throw loaded
  return loaded
}

function tryLoad(): Binding | SpanmeterError {
  try {
    const binding = loadBinary() as Binding
    binding.setTimeOrigin(monotonicOrigin(() => binding.now()))
    return binding
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return new SpanmeterError('NATIVE_UNAVAILABLE', `the native sampler cannot be loaded: ${why}`, { cause })
  }
}
