import type { Mark, ResourceMonitor, ResourceStats } from '../types.js'

/** Seconds and nanoseconds, as OpenTelemetry keeps times. */
export type HrTime = readonly [number, number]

/**
 * A span whose start or end lies further than this from the call that announced it was given a time of its own. Less is
 * the rounding of wall-clock time to whole milliseconds.
 */
const explicitBeyondMs = 5

/** The window of one span: from the mark made at its start to now, unless the span was given other times. */
export class SpanWindow {
  readonly #mark: Mark
  /** Start of the span on the monitor's clock. */
  readonly #startMs: number
  readonly #startIsExact: boolean

  constructor(monitor: ResourceMonitor, startTime: HrTime) {
    this.#mark = monitor.mark()
    const early = Date.now() - toMs(startTime)
    this.#startIsExact = Math.abs(early) <= explicitBeyondMs
    this.#startMs = this.#startIsExact ? this.#mark.timeMs : this.#mark.timeMs - early
  }

  /** The window is not asked for: nothing is kept awake for it any more. */
  release(): void {
    this.#mark.release()
  }

  /** What happened during the span, and its duration in ms. To be asked once, when the span ends. */
  close(monitor: ResourceMonitor, duration: HrTime): ResourceStats {
    const endMs = this.#startMs + toMs(duration)
    const endIsExact = Math.abs(endMs - performance.now()) <= explicitBeyondMs
    if (this.#startIsExact && endIsExact) return monitor.since(this.#mark)
    const stats = monitor.between(this.#startMs, Math.max(this.#startMs, endMs))
    this.#mark.release()
    return stats
  }
}

function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6
}
