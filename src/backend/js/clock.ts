import { performanceNow } from '../../clock.js'

export const MS = 1e6

/** `performance.now()` in whole nanoseconds. */
export function now(): number {
  return toNs(performanceNow())
}

export function toNs(ms: number): number {
  return Math.round(ms * MS)
}

export function toMs(ns: number): number {
  return ns / MS
}

/**
 * How much of the time between two neighbouring samples counts as sampled at the full rate. A late or single missed
 * tick leaves no hole; across a longer gap the sample on the right vouches for the last period only.
 */
export function coveredPart(interval: number, period: number): number {
  return interval <= 3 * period ? interval : period
}
