import type { Mark, ResourceMonitor, ResourceStats } from '../types.js'

/** Seconds and nanoseconds, as OpenTelemetry keeps times. */
export type HrTime = readonly [number, number]

/**
 * A span whose start or end lies further than this from the call that announced it was given a time of its own. Less is
 * the rounding of wall-clock time to whole milliseconds.
 */
const explicitBeyondMs = 5

/** How long before now a span began, in ms, if it was given a time of its own; otherwise undefined. */
export function explicitAge(startTime: HrTime): number | undefined {
  const ageMs = Date.now() - toMs(startTime)
  return Math.abs(ageMs) <= explicitBeyondMs ? undefined : ageMs
}

/** Whether a span of this duration, measured to last this long until now, was given an end of its own. */
export function hasExplicitEnd(duration: HrTime, measuredMs: number): boolean {
  return Math.abs(toMs(duration) - measuredMs) > explicitBeyondMs
}

/** The window of a span that was given a start of its own: from samples. */
export class ExplicitWindow {
  /** Keeps the sampler awake. */
  readonly #mark: Mark
  readonly #startMs: number

  constructor(monitor: ResourceMonitor, ageMs: number) {
    this.#mark = monitor.mark()
    this.#startMs = this.#mark.timeMs - ageMs
  }

  /** From the start that was given until now. */
  get durationMs(): number {
    return performance.now() - this.#startMs
  }

  /** The window is not asked for: nothing is kept awake for it any more. */
  release(): void {
    this.#mark.release()
  }

  /** What happened during the span. To be asked once, when it ends. */
  close(monitor: ResourceMonitor, duration: HrTime): ResourceStats {
    const stats = monitor.between(this.#startMs, this.#startMs + Math.max(0, toMs(duration)))
    this.#mark.release()
    return stats
  }
}

export function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6
}
