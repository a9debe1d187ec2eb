import type { Range } from '../../by-name.js'
import { Matches } from './model/matches.js'
import type { Store } from './store.js'

/** All that a user can do with the page, whether by mouse, by touch or by keys. */

const shortestView = 0.01

export function show(store: Store, from: number, to: number): void {
  const length = Math.min(store.duration, Math.max(shortestView, to - from))
  const middle = (from + to) / 2
  const begin = Math.min(Math.max(0, to - from === length ? from : middle - length / 2), store.duration - length)
  store.set({ view: { from: begin, to: begin + length } })
}

export function showAll(store: Store): void {
  show(store, 0, store.duration)
}

export function isWhole(store: Store): boolean {
  return store.state.view.to - store.state.view.from >= store.duration
}

/** Shows that many times as much, with this moment where it is. */
export function zoom(store: Store, factor: number, around: number): void {
  const { from, to } = store.state.view
  const length = Math.max(shortestView, (to - from) * factor)
  const share = (around - from) / (to - from)
  show(store, around - share * length, around + (1 - share) * length)
}

/** Moves by a share of what is shown. */
export function pan(store: Store, share: number): void {
  const { from, to } = store.state.view
  show(store, from + share * (to - from), to + share * (to - from))
}

export function select(store: Store, range: Range | undefined): void {
  if (range === undefined) {
    store.set({ selection: undefined })
    return
  }
  const clamp = (time: number) => Math.min(store.duration, Math.max(0, time))
  const from = clamp(Math.min(range.from, range.to))
  const to = clamp(Math.max(range.from, range.to))
  store.set({ selection: to > from ? { from, to } : undefined })
}

export function zoomToSelection(store: Store): void {
  const { selection } = store.state
  if (selection !== undefined) show(store, selection.from, selection.to)
}

export function search(store: Store, query: string): void {
  const { name } = store.state
  const { spans } = store.model.data
  const matches = new Matches(spans, query, undefined)
  store.set({ query, matches, highlighted: name === undefined ? matches : new Matches(spans, query, name) })
}

export function pickName(store: Store, name: number | undefined): void {
  const { query, matches } = store.state
  const highlighted = name === undefined ? matches : new Matches(store.model.data.spans, query, name)
  store.set({ name, highlighted, span: undefined })
}

/** Picks a span and, if it is not in view, shows it. */
export function pickSpan(store: Store, span: number | undefined, reveal = false): void {
  store.set({ span })
  if (span === undefined || !reveal) return
  const { start, duration } = store.model.data.spans
  const begin = start[span]!
  const length = duration[span]!
  const { from, to } = store.state.view
  const isReadable = length > (to - from) / 200 && length < to - from
  if (isReadable && begin >= from && begin + length <= to) return
  const around = isReadable ? (to - from - length) / 2 : length * 4
  show(store, begin - around, begin + length + around)
}

/** Picks the next span by time that is not grey, or the one before; after the last comes the first. */
export function step(store: Store, direction: 1 | -1): void {
  const { start } = store.model.data.spans
  const { highlighted, span, view } = store.state
  const from = span === undefined ? (direction > 0 ? view.from : view.to) : start[span]!
  const isAhead = (other: number) => (start[other]! - from || other - (span ?? other - direction)) * direction > 0
  const isNearer = (other: number, than: number | undefined) =>
    than === undefined || (start[other]! - start[than]! || other - than) * direction < 0
  let next: number | undefined
  let first: number | undefined
  for (let other = 0; other < start.length; other++) {
    if (!highlighted.has(other)) continue
    if (isAhead(other) && isNearer(other, next)) next = other
    if (isNearer(other, first)) first = other
  }
  const found = next ?? first
  if (found !== undefined) pickSpan(store, found, true)
}
