import { isWhole, search, select, showAll, zoom, zoomToSelection } from './actions.js'
import { button, el } from './dom.js'
import { formatCount, formatMs, formatRange } from './format.js'
import type { Store } from './store.js'

/** Search, zoom and selection. It stays in sight. */
export class Toolbar {
  readonly root: HTMLElement
  readonly #store: Store
  readonly #search = el('input', {
    type: 'search',
    placeholder: 'Search spans, ids, attributes',
    'aria-label': 'Search spans',
  })
  readonly #found = el('span', { class: 'found', role: 'status' })
  readonly #shown = el('span', { id: 'shown', class: 'shown', role: 'status' })

  /** What sticks below it must know where that is. */
  readonly #size = new ResizeObserver(() => {
    document.documentElement.style.setProperty('--toolbar', `${this.root.offsetHeight}px`)
  })

  constructor(store: Store, processes: HTMLElement | undefined) {
    this.#store = store
    let wait: ReturnType<typeof setTimeout> | undefined
    this.#search.addEventListener('input', () => {
      clearTimeout(wait)
      wait = setTimeout(() => search(store, this.#search.value), 120)
    })
    this.#search.addEventListener('keydown', ({ key }) => {
      // Browsers clear the field on Escape.
      if (key === 'Enter' || key === 'Escape') this.#search.blur()
    })
    const { buttons, update } = this.#buttons()
    this.root = el(
      'div',
      { class: 'toolbar' },
      ...(processes ? [processes] : []),
      this.#search,
      this.#found,
      this.#shown,
      buttons,
    )
    this.#size.observe(this.root)
    store.on(['view', 'selection'], () => {
      this.#describe()
      update()
    })
    store.on(['matches'], () => this.#count())
  }

  dispose(): void {
    this.#size.disconnect()
  }

  focusSearch = (): void => {
    this.#search.focus()
    this.#search.select()
  }

  #buttons(): { buttons: HTMLElement; update: () => void } {
    const store = this.#store
    const middle = () => (store.state.view.from + store.state.view.to) / 2
    const zoomIn = button('+', () => zoom(store, 0.5, middle()), { 'aria-label': 'Zoom in', title: 'Zoom in (W)' })
    const zoomOut = button('−', () => zoom(store, 2, middle()), { 'aria-label': 'Zoom out', title: 'Zoom out (S)' })
    const whole = button('Whole', () => showAll(store), { title: 'Show the whole recording (0)' })
    const selectShown = button('Select shown', () => select(store, { ...store.state.view }), {
      title: 'Select what is shown (R)',
    })
    const toSelection = button('Zoom to selection', () => zoomToSelection(store), {
      title: 'Zoom to the selection (Z)',
    })
    const clear = button('Clear', () => select(store, undefined), {
      'aria-label': 'Clear the selection',
      title: 'Clear the selection (Esc)',
    })
    const update = () => {
      const none = store.state.selection === undefined
      zoomOut.disabled = whole.disabled = isWhole(store)
      toSelection.hidden = clear.hidden = none
      selectShown.hidden = !none
    }
    return { buttons: el('div', { class: 'buttons' }, zoomIn, zoomOut, whole, selectShown, toSelection, clear), update }
  }

  #describe(): void {
    const { view, selection } = this.#store.state
    const { from, to } = selection ?? view
    const what = selection === undefined ? 'Shown' : 'Selected'
    this.#shown.textContent = `${what}: ${formatRange(from, to)} (${formatMs(to - from)})`
  }

  #count(): void {
    const { matches } = this.#store.state
    this.#found.textContent = matches.any ? `${formatCount(matches.count)} found` : ''
  }
}
