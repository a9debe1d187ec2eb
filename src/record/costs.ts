import type { OwnTime } from '../attribution/ledger.js'
import type { EssentialStats } from '../monitor.js'
import { isKnown } from '../otel/attributes.js'
import type { RecordedSpan } from './lines.js'

export type Cost = Pick<RecordedSpan, 'selfMs' | 'othersMs' | 'waitMs' | 'cpuMs' | 'memoryMax'>

/** What is known of a window, and of what the span or request itself ran in it. */
export function costOf(stats: EssentialStats | undefined, own: OwnTime | undefined): Cost {
  const cost: Cost = {}
  if (own !== undefined) {
    cost.selfMs = roundMs(own.selfMs)
    cost.othersMs = roundMs(own.othersMs)
  }
  if (stats === undefined) return cost
  if (stats.thread?.waitMs !== undefined) cost.waitMs = roundMs(stats.thread.waitMs)
  if (isKnown(stats)) cost.cpuMs = roundMs(stats.cpu.timeMs)
  if (stats.memory !== undefined) cost.memoryMax = Math.round(stats.memory.max)
  return cost
}

/** To microseconds. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
