import { el } from '../dom.js'
import { legendOf } from '../model/flags.js'
import type { Matches } from '../model/matches.js'
import { lowerBound } from '../model/pyramid.js'
import type { Store } from '../store.js'
import { type Axis, gutter } from './axis.js'
import { prepare } from './canvas.js'
import { drawSpans, rowHeight } from './draw-spans.js'

/** The spans in their rows, as a box that scrolls. Only what is seen of it is drawn. */
export class LanesView {
  readonly root: HTMLElement
  readonly #store: Store
  readonly #canvas = el('canvas', { 'aria-hidden': 'true' })
  readonly #box: HTMLElement
  #axis: Axis | undefined
  #foundFor: Matches | undefined
  #found: Uint32Array | undefined

  constructor(store: Store) {
    this.#store = store
    const rows = store.model.lanes.rows
    const space = el('div', { class: 'lanes-space' }, this.#canvas)
    space.style.height = `${rows * rowHeight + 2}px`
    this.#box = el('div', { class: 'lanes' }, space)
    this.root = el('div', { class: 'panel', hidden: rows === 0 ? '' : undefined }, this.#title(), this.#box)
    this.#box.addEventListener('scroll', () => this.draw())
  }

  draw(axis = this.#axis): void {
    if (axis === undefined || this.root.hidden) return
    this.#axis = axis
    const { highlighted, span } = this.#store.state
    const height = this.#box.clientHeight
    const context = prepare(this.#canvas, axis.width, height)
    this.#canvas.style.left = `${gutter}px`
    const { data, lanes } = this.#store.model
    const top = this.#box.scrollTop
    drawSpans(context, {
      spans: data.spans,
      lanes,
      axis,
      top,
      height,
      found: this.#foundBefore(highlighted),
      picked: span,
    })
  }

  /** The span at a point of the window; undefined: there is none. */
  spanAt(clientX: number, clientY: number): number | undefined {
    if (this.#axis === undefined || this.root.hidden) return undefined
    const { left, top, bottom } = this.#box.getBoundingClientRect()
    const row = Math.floor((clientY - top + this.#box.scrollTop) / rowHeight)
    const { lanes } = this.#store.model
    if (clientY < top || clientY >= bottom || row < 0 || row >= lanes.rows) return undefined
    const x = clientX - left - gutter
    // Bars narrower than the pointer are hit by what is near.
    const at = lowerBound(lanes.ends, this.#axis.time(x - 2), lanes.begin[row]!, lanes.begin[row + 1]!)
    return at < lanes.begin[row + 1]! && lanes.starts[at]! <= this.#axis.time(x + 2) ? lanes.order[at] : undefined
  }

  /** Scrolls by rows of what is seen. */
  page(direction: 1 | -1): void {
    this.#box.scrollTop += direction * this.#box.clientHeight * 0.8
  }

  /** Brings the row of a span into sight. */
  reveal(span: number): void {
    const top = this.#store.model.lanes.row[span]! * rowHeight
    const { scrollTop, clientHeight } = this.#box
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) this.#box.scrollTop = top - clientHeight / 2
  }

  #title(): HTMLElement {
    const legend = ['lower strip: own CPU', ...legendOf(this.#store.model.data.spans.flags)].join(' · ')
    return el('div', { class: 'panel-title legend' }, el('h3', {}, 'Spans'), el('span', { class: 'note' }, legend))
  }

  #foundBefore(matches: Matches): Uint32Array | undefined {
    if (this.#foundFor === matches) return this.#found
    this.#foundFor = matches
    this.#found = undefined
    if (!matches.any) return undefined
    const { order } = this.#store.model.lanes
    const found = new Uint32Array(order.length + 1)
    for (let i = 0; i < order.length; i++) found[i + 1] = found[i]! + Number(matches.has(order[i]!))
    this.#found = found
    return found
  }
}
