/**
 * The clock and the timer of Node.js itself, taken when the package is loaded. Test frameworks put others in the place of
 * the global ones, and of those that the modules of Node.js export.
 */

import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

/** What others put in its place is on the object, and hides the one of its class. */
const itsClass: { now?: () => number } = Object.getPrototypeOf(performance)
const { now } = itsClass

/** `performance.now()` in ms. */
export const performanceNow: () => number = (now ?? performance.now).bind(performance)

/**
 * Whether `performance.now()`, by which others time what they do, is still the clock of Node.js, and not one of a test
 * framework. That is not called: whoever put it there may count how often it is.
 */
export function othersKeepTime(): boolean {
  // Hosts that have none on the class leave nothing to know it by.
  if (now === undefined) return true
  const clocks = [performance, globalThis.performance]
  return itsClass.now === now && clocks.every((clock) => clock === undefined || !Object.hasOwn(clock, 'now'))
}

/** When that was 0, in ms of CLOCK_MONOTONIC, which it reads as well: the narrowest of several readings says it. */
export function monotonicOrigin(monotonicNow: () => number): number {
  let origin = 0
  let narrowest = Number.POSITIVE_INFINITY
  for (let i = 0; i < 10; i++) {
    const before = performanceNow()
    const monotonic = monotonicNow()
    const after = performanceNow()
    if (after - before >= narrowest) continue
    narrowest = after - before
    origin = monotonic - (before + after) / 2
  }
  return origin
}

/** When that was 0, in ms since 1970. */
export const { timeOrigin } = performance

export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers
