import type { OwnTime } from '../attribution/ledger.js'
import type { EssentialStats } from '../monitor.js'
import { isKnown } from '../otel/attributes.js'
import type { RecordedSpan } from './lines.js'

/** To be filled in. All have the same fields in the same order, which is quick to write. */
export function newSpan(): RecordedSpan {
  return {
    name: '',
    startMs: 0,
    durationMs: 0,
    traceId: '',
    spanId: '',
    parentSpanId: undefined,
    flags: 0,
    selfMs: undefined,
    othersMs: undefined,
    waitMs: undefined,
    cpuMs: undefined,
    memoryMax: undefined,
    owner: undefined,
    attributes: undefined,
  }
}

/** Writes what is known of a window, and of what the span or request itself ran in it. */
export function writeCost(span: RecordedSpan, stats: EssentialStats | undefined, own: OwnTime | undefined): void {
  if (own !== undefined) {
    span.selfMs = roundMs(own.selfMs)
    span.othersMs = roundMs(own.othersMs)
    if (own.owner !== undefined) span.owner = own.owner
  }
  if (stats === undefined) return
  if (stats.thread?.waitMs !== undefined) span.waitMs = roundMs(stats.thread.waitMs)
  if (isKnown(stats)) span.cpuMs = roundMs(stats.cpu.timeMs)
  if (stats.memory !== undefined) span.memoryMax = Math.round(stats.memory.max)
}

/** To microseconds. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
