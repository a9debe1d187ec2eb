import { type CpuClock, impossible, longEnough } from './cpu-clock.js'
import { Slot } from './layout.js'
import type { Points } from './points.js'

/**
 * Cuts a line into the shortest pieces for which the clock gives a rate: so long that it is wrong by 1 % at the most, and
 * of which no thread is said to have used more than there was. Returns the points between which they lie; none for an
 * empty line. Where not even the whole line is such a piece, it is the only one.
 */
export function cut(points: Points, slot: number, clock: CpuClock): number[] {
  const last = points.count - 1
  if (last < 1) return []
  const shortest = longEnough(clock)
  const time = points.column(Slot.time)
  const isPiece = (left: number, right: number) => {
    const length = time[right]! - time[left]!
    return length > 0 && length >= shortest && !impossible(points.used(slot, left, right), length, clock)
  }
  // An edge was read off the grid, and may be too close to its neighbour.
  const length = (right: number) => time[right]! - time[right - 1]!
  const joinFirst = points.exactStart && last >= 2 && length(1) * 2 < length(2)
  const joinLast = points.exactEnd && last >= 2 && length(last) * 2 < length(last - 1)

  const bounds = [0]
  let left = 0
  for (let right = 1; right <= last; right++) {
    if (right === 1 && joinFirst) continue
    if (right === last - 1 && joinLast) continue
    if (!isPiece(left, right)) continue
    bounds.push(right)
    left = right
  }
  if (left === last) return bounds
  // What is left over belongs to the pieces before it, as many as it takes.
  do bounds.pop()
  while (bounds.length > 0 && !isPiece(bounds.at(-1)!, last))
  if (bounds.length === 0) bounds.push(0)
  bounds.push(last)
  return bounds
}
