import { type CpuClock, impossible, percent, TICK } from './cpu-clock.js'
import { Slot } from './layout.js'
import type { Points } from './points.js'
import type { Ring } from './ring.js'

/**
 * The average of a line of which the clock says more than its threads can have used: it was behind where the line begins,
 * by a tick of the scheduler at the most, and some of what it caught up with was used before. So the line begins a tick
 * earlier, or as many as it takes. Where no row is near, nothing is known to have been used in that time.
 */
export function widenedAverage(points: Points, slot: number, clock: CpuClock, ring: Ring): number {
  const start = points.column(Slot.time)[0]!
  const end = points.column(Slot.time)[points.count - 1]!
  const endValue = points.column(slot)[points.count - 1]!
  let used = points.used(slot)
  let length = end - start
  for (let begin = start; impossible(used, length, clock); ) {
    begin = Math.min(begin - TICK, end - used / clock.cores)
    const after = ring.firstAfter(begin)
    const isNear = after > 0 && begin - ring.timeAt(after - 1) <= TICK
    const row = isNear ? after - 1 : after
    if (row < ring.count && ring.timeAt(row) < start) used = Math.max(used, endValue - ring.valueAt(row, slot))
    length = end - (isNear ? ring.timeAt(row) : begin)
  }
  return percent(used, length, clock)
}
