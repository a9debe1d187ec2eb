import { el } from '../dom.js'
import { formatMoment, formatMs, formatPercent } from '../format.js'
import type { Store } from '../store.js'
import { type Axis, gutter } from './axis.js'

/** Over all plots: the cursor with its moment, what is selected, and the name of what the pointer is on. */
export class Overlay {
  readonly root: HTMLElement
  readonly #store: Store
  readonly #cursor = el('div', { class: 'cursor' })
  readonly #moment = el('span', { class: 'moment' })
  readonly #selection = el('div', { class: 'selection' })
  readonly #tip = el('div', { class: 'tip', hidden: '' })

  constructor(store: Store) {
    this.#store = store
    this.#cursor.append(this.#moment)
    this.root = el('div', { class: 'overlay', 'aria-hidden': 'true' }, this.#selection, this.#cursor, this.#tip)
  }

  draw(axis: Axis): void {
    const { cursor, selection } = this.#store.state
    const seen = cursor !== undefined && cursor >= axis.from && cursor <= axis.to
    this.#cursor.hidden = !seen
    if (seen) {
      const x = axis.x(cursor)
      this.#cursor.style.transform = `translateX(${gutter + x}px)`
      this.#moment.textContent = formatMoment(cursor, axis.msPerPixel)
      this.#moment.classList.toggle('left', x > axis.width / 2)
    }
    const from = selection === undefined ? 0 : Math.max(0, axis.x(selection.from))
    const to = selection === undefined ? 0 : Math.min(axis.width, axis.x(selection.to))
    this.#selection.hidden = selection === undefined || to < 0 || from > axis.width
    this.#selection.style.left = `${gutter + from}px`
    this.#selection.style.width = `${Math.max(1, to - from)}px`
  }

  /** Names a span beside the pointer, in full. */
  tip(span: number | undefined, clientX: number, clientY: number): void {
    this.#tip.hidden = span === undefined
    if (span === undefined) return
    const { spans } = this.#store.model.data
    const duration = spans.duration[span]!
    const own = spans.selfMs[span]!
    const share = Number.isNaN(own)
      ? 'own CPU unknown'
      : `own CPU ${formatMs(own)} (${formatPercent((100 * own) / duration)})`
    const name = el('strong', {}, spans.names[spans.name[span]!]!.slice(0, 1000))
    this.#tip.replaceChildren(name, el('span', {}, `${formatMs(duration)} · ${share}`))
    const { left, top, width, height } = this.root.getBoundingClientRect()
    const box = this.#tip.getBoundingClientRect()
    const x = Math.max(0, Math.min(clientX - left + 14, width - box.width))
    const below = clientY - top + 18
    const y = below + box.height > height ? clientY - top - box.height - 10 : below
    this.#tip.style.transform = `translate(${x}px, ${y}px)`
  }
}
