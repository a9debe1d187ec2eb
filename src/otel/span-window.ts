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
  const ageMs = Date.now() - toMs(startTime)
  return Math.abs(ageMs) <= explicitBeyondMs ? undefined : ageMs
}

/**
 * Whether a span of this duration, measured to last this long until now, has an explicit end. It may have begun before
 * it was announced, and an end in the future is as good as now. An end that lies only a little before now, compared
 * with the length of the span, may come from a thread that was kept from running since; and then counters that were
 * read are worth more than samples.
 */
export function hasExplicitEnd(duration: HrTime, measuredMs: number): boolean {
  const little = Math.min(Math.max(explicitBeyondMs, measuredMs / 20), 50)
  return measuredMs - toMs(duration) > little
}

/** The window of a span with an explicit start, answered from samples. */
export class ExplicitWindow {
  /** Keeps the sampler awake. */
  readonly #mark: Mark
  readonly #startMs: number

  constructor(monitor: ResourceMonitor, ageMs: number) {
    this.#mark = monitor.mark()
    this.#startMs = this.#mark.timeMs - ageMs
  }

  /** From the explicit start until now. */
  get durationMs(): number {
    return performance.now() - this.#startMs
  }

  /** Gives the window up, so that the sampler is not kept awake for it. */
  release(): void {
    this.#mark.release()
  }

  /** What happened during the span. To be called once, when it ends. */
  close(monitor: ResourceMonitor, duration: HrTime): ResourceStats {
    const stats = monitor.between(this.#startMs, this.#startMs + Math.max(0, toMs(duration)))
    this.#mark.release()
    return stats
  }
}

export function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6
}
