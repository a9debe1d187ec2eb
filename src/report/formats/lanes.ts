import type { ReportSpans } from '../data.js'

/** Spans in whole microseconds, each with the lane in which it lies. */
export interface Lanes {
  start: Float64Array
  end: Float64Array
  lane: Uint32Array
  count: number
}

/**
 * Puts spans, which are in the order in which they began, into lanes in which they only nest: a child goes into the lane of
 * its parent if it lies wholly inside it and nothing else is there, and everything else into a lane that is free.
 */
export function lanesOf({ start, duration, parent }: Pick<ReportSpans, 'start' | 'duration' | 'parent'>): Lanes {
  const starts = start.map((ms) => Math.round(ms * 1000))
  const ends = start.map((ms, i) => Math.round((ms + duration[i]!) * 1000))
  const lane = new Uint32Array(start.length)
  /** Of each lane, the spans that are open, the innermost last. */
  const open: number[][] = []

  const closeUntil = (stack: number[], us: number) => {
    while (stack.length > 0 && ends[stack.at(-1)!]! <= us) stack.pop()
    return stack
  }
  const isFree = (stack: number[], us: number) => closeUntil(stack, us).length === 0

  for (let i = 0; i < lane.length; i++) {
    const above = parent[i]!
    const stack = above >= 0 && above < i ? open[lane[above]!] : undefined
    const fits = stack !== undefined && closeUntil(stack, starts[i]!).at(-1) === above && ends[i]! <= ends[above]!
    const free = fits ? -1 : open.findIndex((stack) => isFree(stack, starts[i]!))
    lane[i] = fits ? lane[above]! : free < 0 ? open.length : free
    if (open[lane[i]!] === undefined) open.push([])
    open[lane[i]!]!.push(i)
  }
  return { start: starts, end: ends, lane, count: open.length }
}
