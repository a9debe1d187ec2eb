import { othersKeepTime, performanceNow } from '../clock.js'
import type { Mark, ResourceMonitor, ResourceStats } from '../types.js'

/** A time as OpenTelemetry has it: seconds and nanoseconds. */
export type HrTime = readonly [number, number]

/**
 * If the start or end of a span lies further than this from the call that announced it, the application has given the
 * time explicitly. A smaller difference comes from wall-clock time that is rounded to whole milliseconds.
 */
const explicitBeyondMs = 5

/** By what it is known whether a span has an explicit start. The SDK's spans have a private field for that. */
export interface StartedSpan {
  readonly startTime: HrTime
  readonly _startTimeProvided?: unknown
}

/** How long before now a span began, in ms, if it has an explicit start; otherwise undefined. */
export function explicitAge({ startTime, _startTimeProvided }: StartedSpan): number | undefined {
  // The start is not explicit, even if it is long ago: other processors or processes may have kept the thread
  // from running.
  if (_startTimeProvided === false) return undefined
  // By the clock that the SDK and the application take it from, which may be one of a test framework.
  const ageMs = Date.now() - toMs(startTime)
  return Math.abs(ageMs) <= explicitBeyondMs ? undefined : ageMs
}

/**
 * Whether a span of this duration, measured to last this long until now, has an explicit end. Where the clock of the SDK
 * stands still or goes by itself, as in a test framework, durations say nothing: one of 0 is the mark of that.
 */
export function hasExplicitEnd(duration: HrTime, measuredMs: number): boolean {
  return endsBefore(duration, measuredMs) && toMs(duration) > 0 && othersKeepTime()
}

/**
 * Whether it ends before now. It may have begun before it was announced, and an end in the future is as good as now. An
 * end that lies only a little before now, compared with the length of the span, may come from a thread that was kept from
 * running since; and then counters that were read are worth more than samples.
 */
function endsBefore(duration: HrTime, measuredMs: number): boolean {
  const little = Math.min(Math.max(explicitBeyondMs, measuredMs / 20), 50)
  return measuredMs - toMs(duration) > little
}

/** From one moment to another, in `performance.now()` milliseconds. */
interface Interval {
  readonly startMs: number
  readonly endMs: number
}

/** A window that is not the time in which the span was open, and what happened in it. Answered from samples. */
export interface GivenWindow {
  readonly window: Interval
  readonly open: Interval
  readonly stats: ResourceStats
  /** Whether it has an explicit end for certain, and not one that was announced late. */
  readonly endGiven: boolean
}

/** The times of a span that has ended. */
export interface EndedSpan {
  readonly duration: HrTime
  readonly endTime?: HrTime
}

/** The window of a span that was open for the last `openMs`, and has an explicit end. */
export function windowUntil(monitor: ResourceMonitor, openMs: number, { duration, endTime }: EndedSpan): GivenWindow {
  const endMs = performanceNow()
  const open = { startMs: endMs - openMs, endMs }
  // The SDK's own are more precise than a Date.
  const isDate = endTime !== undefined && endTime[1] % 1e6 === 0
  return { ...windowOf(monitor, open.startMs, duration), open, endGiven: isDate }
}

/** The window of a span with an explicit start. */
export class ExplicitWindow {
  /** Keeps the sampler awake. */
  readonly #mark: Mark
  readonly #startMs: number

  constructor(monitor: ResourceMonitor, ageMs: number) {
    this.#mark = monitor.mark()
    this.#startMs = this.#mark.timeMs - ageMs
  }

  /** Gives the window up, so that the sampler is not kept awake for it. */
  release(): void {
    this.#mark.release()
  }

  /** To be called once, when the span ends. */
  close(monitor: ResourceMonitor, duration: HrTime): GivenWindow {
    const nowMs = performanceNow()
    // An end that was not given is known in whole milliseconds only.
    const early = endsBefore(duration, nowMs - this.#startMs)
    const open = { startMs: this.#mark.timeMs, endMs: early ? nowMs : this.#startMs + toMs(duration) }
    try {
      return { ...windowOf(monitor, this.#startMs, duration), open, endGiven: early }
    } finally {
      this.#mark.release()
    }
  }
}

function windowOf(monitor: ResourceMonitor, startMs: number, duration: HrTime) {
  const window = { startMs, endMs: startMs + Math.max(0, toMs(duration)) }
  return { window, stats: monitor.between(window.startMs, window.endMs) }
}

export function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6
}
