import type { MonitorOptions } from './types.js'

/** What was configured for all that is sampled in the process. */
export type Sampling = Pick<MonitorOptions, 'periodMs' | 'maxOverheadPercent' | 'maxSpanOverheadPercent'>

/**
 * Options for a monitor that a part of the package makes for itself. The shortest period and the most generous limits that
 * anybody in the process asks for hold: with its own it would undo what was configured.
 */
export function within(sampling: Sampling | undefined, own: MonitorOptions & { periodMs: number }): MonitorOptions {
  const periodMs = Math.max(own.periodMs, sampling?.periodMs ?? 0)
  const historyMs = own.historyMs === undefined ? {} : { historyMs: Math.max(own.historyMs, periodMs) }
  return { ...own, ...limitsOf(sampling), periodMs, ...historyMs }
}

function limitsOf({ maxOverheadPercent, maxSpanOverheadPercent }: Sampling = {}): MonitorOptions {
  return {
    ...(maxOverheadPercent !== undefined && { maxOverheadPercent }),
    ...(maxSpanOverheadPercent !== undefined && { maxSpanOverheadPercent }),
  }
}
