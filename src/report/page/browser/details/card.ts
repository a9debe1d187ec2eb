import { pickName, pickSpan } from '../actions.js'
import { button, el } from '../dom.js'
import type { Store } from '../store.js'
import { nameDetails } from './name-details.js'
import { spanDetails } from './span-details.js'

/** Beside everything else: the span that was picked, or else the name. */
export class DetailsCard {
  readonly root: HTMLElement
  readonly #store: Store
  readonly #startedAt: number

  constructor(store: Store, startedAt: number) {
    this.#store = store
    this.#startedAt = startedAt
    this.root = el('aside', { class: 'card', 'aria-label': 'Details', hidden: '' })
    store.on(['span', 'name'], () => this.#update())
  }

  #update(): void {
    const { span, name } = this.#store.state
    this.root.hidden = span === undefined && name === undefined
    // Away from the span, which would be under it.
    this.root.classList.toggle('left', span !== undefined && this.#isOnTheRight(span))
    if (span !== undefined) {
      this.#fill(spanDetails(this.#store, span, this.#startedAt), () => pickSpan(this.#store, undefined))
    } else if (name !== undefined) this.#fill(nameDetails(this.#store, name), () => pickName(this.#store, undefined))
  }

  #isOnTheRight(span: number): boolean {
    const { start, duration } = this.#store.model.data.spans
    const { from, to } = this.#store.state.view
    return Math.max(from, start[span]!) + Math.min(to, start[span]! + duration[span]!) > from + to
  }

  #fill(content: readonly Node[], shut: () => void): void {
    const close = button('×', shut, { class: 'close', 'aria-label': 'Close the details' })
    this.root.replaceChildren(close, ...content)
    this.root.scrollTop = 0
  }
}
