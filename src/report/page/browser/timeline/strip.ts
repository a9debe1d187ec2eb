import type { ReportProcess } from '../../../data.js'
import { el } from '../dom.js'
import { formatCount, formatMs } from '../format.js'
import { lowerBound } from '../model/pyramid.js'
import type { State } from '../store.js'
import { color } from '../theme.js'
import { type Axis, gutter, margin } from './axis.js'
import { prepare } from './canvas.js'

const height = 20

/** Stretches of time that do not overlap, in a row of their own. */
export interface Stretches {
  title: string
  note: string
  color: string
  start: Float64Array
  duration: Float32Array
  /** Drawn lower, so that kinds differ without colour. */
  isMinor: (index: number) => boolean
  label: (index: number) => string
}

export function stripsOf({ gc, blocks }: ReportProcess): Stretches[] {
  const isMinor = (i: number) => /minor|scavenge/i.test(gc.kind[i] ?? '')
  const strips: Stretches[] = [
    {
      title: 'Garbage collection',
      note: 'minor: half height',
      color: 'gc',
      ...gc,
      isMinor,
      label: (i) => gc.kind[i] ?? '',
    },
    { title: 'Blocked event loop', note: '', color: 'blocks', ...blocks, isMinor: () => false, label: () => 'blocked' },
  ]
  return strips.filter(({ start }) => start.length > 0)
}

export class Strip {
  readonly root: HTMLElement
  readonly #stretches: Stretches
  readonly #canvas = el('canvas', { 'aria-hidden': 'true' })
  readonly #readout = el('span', { class: 'readout' })
  readonly #ends: Float64Array

  constructor(stretches: Stretches) {
    this.#stretches = stretches
    const { title, note, start, duration } = stretches
    this.#ends = start.map((begin, i) => begin + duration[i]!)
    const head = el(
      'div',
      { class: 'panel-title' },
      el('h3', {}, title),
      el('span', { class: 'note' }, note),
      this.#readout,
    )
    this.root = el('div', { class: 'panel strip' }, head, this.#canvas)
  }

  draw(axis: Axis): void {
    const { start, isMinor, color: name } = this.#stretches
    const context = prepare(this.#canvas, gutter + axis.width + margin, height)
    context.fillStyle = color('line')
    context.fillRect(gutter, height - 1, axis.width, 1)
    context.fillStyle = color(name)
    for (let i = lowerBound(this.#ends, axis.from); i < start.length && start[i]! <= axis.to; i++) {
      const left = Math.max(0, axis.x(start[i]!))
      const right = Math.min(axis.width, axis.x(this.#ends[i]!))
      const tall = isMinor(i) ? height / 2 - 2 : height - 4
      // What is shorter than a pixel is paler, so that many short ones do not look like a long one.
      context.globalAlpha = Math.min(1, 0.4 + 0.6 * (right - left))
      context.fillRect(left + gutter, height - 1 - tall, Math.max(1, right - left), tall)
    }
    context.globalAlpha = 1
  }

  /** What there is at the cursor; without one, how often and how long in what is selected or shown. */
  read({ cursor, selection, view }: State): void {
    const { start, duration, label } = this.#stretches
    if (cursor !== undefined) {
      const at = lowerBound(this.#ends, cursor)
      const there = at < start.length && start[at]! <= cursor
      this.#readout.textContent = there ? `${label(at)} ${formatMs(duration[at]!)}` : '–'
      return
    }
    const { from, to } = selection ?? view
    let count = 0
    let total = 0
    let longest = 0
    for (let i = lowerBound(this.#ends, from); i < start.length && start[i]! <= to; i++) {
      count++
      total += Math.min(to, this.#ends[i]!) - Math.max(from, start[i]!)
      longest = Math.max(longest, duration[i]!)
    }
    this.#readout.textContent = `${formatCount(count)} × · ${formatMs(total)} · max ${formatMs(longest)}`
  }
}
