import type { Mark, ResourceMonitor, ResourceStats } from '../types.js'

/** Seconds and nanoseconds, as OpenTelemetry keeps times. */
export type HrTime = readonly [number, number]

/**
 * A span whose start or end lies further than this from the call that announced it was given a time of its own. Less is
 * the rounding of wall-clock time to whole milliseconds.
 */
const explicitBeyondMs = 5

/** What tells whether a span was given a start. The spans of the SDK know it themselves, if only in private. */
export interface StartedSpan {
  readonly startTime: HrTime
  readonly _startTimeProvided?: unknown
}

/** How long before now a span began, in ms, if it was given a time of its own; otherwise undefined. */
export function explicitAge({ startTime, _startTimeProvided }: StartedSpan): number | undefined {
  // The thread may have been kept from running since then, by other processors or by other processes.
  if (_startTimeProvided === false) return undefined
  const ageMs = Date.now() - toMs(startTime)
  return Math.abs(ageMs) <= explicitBeyondMs ? undefined : ageMs
}

/**
 * Whether a span of this duration, measured to last this long until now, was given an end of its own. It may have begun
 * before it was announced, and an end in the future is as good as now. One that lies little before now, for the span, may
 * be that of a thread that was kept from running since; and counters that were read are worth more than samples.
 */
export function hasExplicitEnd(duration: HrTime, measuredMs: number): boolean {
  const little = Math.min(Math.max(explicitBeyondMs, measuredMs / 20), 50)
  return measuredMs - toMs(duration) > little
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
