import type { OwnTime } from '../attribution/ledger.js'
import type { ResourceMonitor } from '../types.js'

/** From one moment to another, in `performance.now()` milliseconds. */
export interface Interval {
  readonly startMs: number
  readonly endMs: number
}

/** In which the times of a span that is reported after the fact are often given. */
const grainMs = 1

/** How much of the window the own CPU time may be uncertain by: it is known to so much of a core. */
const knownTo = 1 / 20

/**
 * What of the CPU time that was counted for a span while it was open falls into the window that it was given. At the
 * least all but what the thread ran outside the window, at the most what it ran inside. Undefined where these are far
 * apart, and for a span that was opened only after its window.
 */
export function ownWithin(
  monitor: ResourceMonitor,
  own: OwnTime,
  open: Interval,
  window: Interval,
): OwnTime | undefined {
  const startMs = Math.max(open.startMs, window.startMs)
  const endMs = Math.min(open.endMs, window.endMs)
  if (endMs - startMs < grainMs) return undefined
  if (startMs === open.startMs && endMs === open.endMs) return own
  const { selfMs, totalMs, othersMs } = own
  const threadMs = (from: number, to: number) =>
    to > from ? (monitor.between(from, to).thread?.timeMs ?? Number.NaN) : 0
  const outsideMs = threadMs(open.startMs, startMs) + threadMs(endMs, open.endMs)
  const insideMs = Math.max(0, totalMs + othersMs - outsideMs)
  const most = (ms: number) => Math.min(ms, insideMs)
  const isKnown = (ms: number) => most(ms) - Math.max(0, ms - outsideMs) <= (endMs - startMs) * knownTo
  if (![selfMs, totalMs, othersMs].every(isKnown)) return undefined
  return { selfMs: most(selfMs), totalMs: most(totalMs), othersMs: most(othersMs) }
}
