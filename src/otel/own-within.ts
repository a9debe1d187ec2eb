import type { OwnTime } from '../attribution/ledger.js'
import type { ResourceMonitor, ResourceStats } from '../types.js'
import type { GivenWindow } from './span-window.js'

/** Times that are given are often whole milliseconds, and samples are not much closer. */
const grainMs = 1

/** Beyond that, how much of the window the own CPU time may be uncertain by: it is known to so much of a core. */
const knownTo = 1 / 20

/**
 * What of the CPU time that was counted for a span while it was open falls into the window that it was given. At the
 * least all but what the thread ran outside the window, at the most what it ran inside. Undefined where these are far
 * apart, and for a span that was opened only after its window. Where the end need not have been given, because the thread
 * may have been kept from running since, all of it is.
 */
export function ownWithin(
  monitor: ResourceMonitor,
  own: OwnTime,
  { open, window, stats, endGiven }: GivenWindow,
): OwnTime | undefined {
  const startMs = Math.max(open.startMs, window.startMs)
  const endMs = Math.min(open.endMs, window.endMs)
  const lengthMs = endMs - startMs
  if (lengthMs < (window.startMs < open.startMs ? grainMs : 0)) return undefined
  const openMs = open.endMs - open.startMs
  if (lengthMs === openMs) return own
  const allMs = own.totalMs + own.othersMs
  const awayMs = openMs - allMs
  // It runs a little before it can be kept from running, and after.
  if (!endGiven && awayMs >= openMs - lengthMs - grainMs) return cut(own, lengthMs)
  const outside = threadOutside(monitor, [open.startMs, startMs], [endMs, open.endMs])
  const insideMs = allMs - outside.leastMs
  // Samples that are far apart spread over the tail what was used before it.
  if (insideMs < 0) return undefined
  // Between two samples the CPU time of the process is a guess, and this is not.
  const processMs = stats.samples > 0 && stats.cpu ? stats.cpu.timeMs : lengthMs
  const mostMs = Math.min(insideMs, processMs)
  const uncertainMs = grainMs + lengthMs * knownTo
  const isKnown = (ms: number) => Math.min(ms, mostMs) - Math.max(0, ms - outside.mostMs) <= uncertainMs
  return isKnown(own.selfMs) && isKnown(own.totalMs) && isKnown(own.othersMs) ? cut(own, mostMs) : undefined
}

/**
 * What was counted for a span whose window is the time in which it was open. A short absence of the thread is known only
 * where its clock is read, as at the end of a window that can afford it: what was counted up to there may be more than
 * the process used.
 */
export function ownOfWindow(own: OwnTime, { timeMs }: { timeMs: number }): OwnTime {
  return own.totalMs > timeMs || own.othersMs > timeMs ? cut(own, timeMs) : own
}

/**
 * Samples spread evenly what was used between two of them, so that of a window they may show a little less than a span
 * ran in it by the clock of the thread. The process used at least that.
 */
export function raiseToOwn({ cpu, durationMs }: ResourceStats, { totalMs, othersMs }: OwnTime): void {
  const leastMs = Math.max(totalMs, othersMs)
  if (cpu === undefined || cpu.timeMs >= leastMs || durationMs <= 0) return
  cpu.timeMs = leastMs
  cpu.avg = (100 * leastMs) / durationMs
  cpu.max = Math.max(cpu.max, cpu.avg)
}

function cut(own: OwnTime, mostMs: number): OwnTime {
  const most = (ms: number) => Math.min(ms, mostMs)
  return { ...own, selfMs: most(own.selfMs), totalMs: most(own.totalMs), othersMs: most(own.othersMs) }
}

/** What the thread ran in these times, at the least and at the most. */
function threadOutside(monitor: ResourceMonitor, ...times: (readonly [number, number])[]) {
  let [leastMs, mostMs] = [0, 0]
  for (const [fromMs, toMs] of times) {
    if (toMs <= fromMs) continue
    const ms = monitor.between(fromMs, toMs).thread?.timeMs
    leastMs += Math.max(0, (ms ?? 0) - grainMs)
    mostMs += ms ?? toMs - fromMs
  }
  return { leastMs, mostMs }
}
