import { flat, type Piece } from './piece.js'
import { nothing, type Range, type Reading, rangeOf } from './reading.js'

/** What is known of the time between two looks as a whole. `read` returns undefined where it is not known. */
export class BetweenLooks implements Reading {
  readonly #read: (fromMs: number, toMs: number) => number | undefined
  #untilMs: number
  #pieces: Piece[] = []
  range: Range = nothing

  constructor(startMs: number, read: (fromMs: number, toMs: number) => number | undefined) {
    this.#untilMs = startMs
    this.#read = read
  }

  advance(nowMs: number): void {
    this.#pieces = []
    if (nowMs <= this.#untilMs) return
    const value = this.#read(this.#untilMs, nowMs) ?? Number.NaN
    this.#pieces = [flat(this.#untilMs, nowMs, value)]
    this.#untilMs = nowMs
    this.range = rangeOf(this.#pieces)
  }

  pieces(): Iterable<Piece> {
    return this.#pieces
  }
}

/** More are folded: what an application reports is not bounded otherwise. */
const maxValues = 1000

/** A value that holds from when it is reported until the next one is. Unknown before the first. */
export class Steps implements Reading {
  readonly #poll: (() => number | undefined) | undefined
  #reported: { atMs: number; value: number }[] = []
  #untilMs: number
  #value = Number.NaN
  #pieces: Piece[] = []
  range: Range = nothing

  /** `poll`: asked at each look; undefined stands for: not known. */
  constructor(startMs: number, poll?: () => number | undefined) {
    this.#untilMs = startMs
    this.#poll = poll
  }

  report(atMs: number, value: number): void {
    // Of very many, those in the middle go: the first, the latest and the extremes stay.
    if (this.#reported.length >= maxValues) this.#reported = thinned(this.#reported)
    this.#reported.push({ atMs, value })
  }

  advance(nowMs: number): void {
    const pieces: Piece[] = []
    if (this.#poll !== undefined) this.report(nowMs, this.#poll() ?? Number.NaN)
    for (const { atMs, value } of this.#reported.splice(0)) {
      if (atMs > this.#untilMs) pieces.push(flat(this.#untilMs, atMs, this.#value))
      this.#untilMs = Math.max(this.#untilMs, atMs)
      this.#value = value
    }
    // Of the latest value at least this moment is known.
    pieces.push(flat(this.#untilMs, nowMs, this.#value))
    this.#untilMs = nowMs
    this.#pieces = pieces
    this.range = rangeOf(pieces)
  }

  pieces(): Iterable<Piece> {
    return this.#pieces
  }
}

/** The lowest and the highest of each four. */
function thinned<T extends { value: number }>(values: readonly T[]): T[] {
  return values.flatMap((_, i) => {
    if (i % 4 !== 0) return []
    const four = values.slice(i, i + 4)
    const low = four.reduce((a, b) => (b.value < a.value ? b : a))
    const high = four.reduce((a, b) => (b.value > a.value ? b : a))
    return four.filter((each) => each === low || each === high)
  })
}
