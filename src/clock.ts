/**
 * The clock and the timer of Node.js itself, taken when the package is loaded. Test frameworks put others in the place of
 * the global ones, and of those that the modules of Node.js export.
 */

import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

/** What others put in its place is on the object, and hides the one of its class. */
const { now }: { now?: () => number } = Object.getPrototypeOf(performance)

/** `performance.now()` in ms. */
export const performanceNow: () => number = (now ?? performance.now).bind(performance)

/** When that was 0, in ms since 1970. */
export const { timeOrigin } = performance

export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers
