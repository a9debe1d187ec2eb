import type { Piece } from './piece.js'

/** What rules about one metric read. All of them share it. */
export interface Reading {
  /** Finds out what happened up to now; to be called at each look, before the others. */
  advance(nowMs: number): void
  /** The extremes of what `advance()` found. A rule whose threshold lies beyond them need not look at the pieces. */
  readonly range: Range
  /** What `advance()` found, in order of time. Neighbours on the same side of `threshold` and `clear` may be one piece. */
  pieces(threshold: number, clear: number): Iterable<Piece>
  stop?(): void
}

export interface Range {
  readonly low: number
  readonly high: number
}

export const nothing: Range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }

export function union(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }
}

export function rangeOf(pieces: readonly Piece[]): Range {
  let { low, high } = nothing
  for (const piece of pieces) {
    if (piece.low < low) low = piece.low
    if (piece.high > high) high = piece.high
  }
  return { low, high }
}
