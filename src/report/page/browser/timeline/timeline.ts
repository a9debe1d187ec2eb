import type { ReportData } from '../../../data.js'
import { el } from '../dom.js'
import type { Store } from '../store.js'
import { Axis, gutter, margin } from './axis.js'
import { Chart } from './chart.js'
import { followPointer } from './gestures.js'
import { LanesView } from './lanes-view.js'
import { Minimap } from './minimap.js'
import { Overlay } from './overlay.js'
import { panelsOf } from './panels.js'
import { Ruler } from './ruler.js'
import { Strip, stripsOf } from './strip.js'

/** The charts, the strips and the spans on one axis, with one cursor. */
export class Timeline {
  readonly root: HTMLElement
  readonly lanes: LanesView
  readonly #store: Store
  readonly #plots: HTMLElement
  readonly #charts: Chart[]
  readonly #strips: Strip[]
  readonly #ruler = new Ruler()
  readonly #minimap: Minimap
  readonly #overlay: Overlay
  readonly #resizes: ResizeObserver
  #axis: Axis

  constructor(store: Store, machine: ReportData['machine']) {
    this.#store = store
    this.#axis = new Axis(store.state.view, 1)
    this.#charts = panelsOf(store.model, machine).map((panel) => new Chart(panel))
    this.#strips = stripsOf(store.model.data).map((stretches) => new Strip(stretches))
    this.lanes = new LanesView(store)
    this.#minimap = new Minimap(store)
    this.#overlay = new Overlay(store)
    const panels = [...this.#charts, ...this.#strips, this.lanes].map(({ root }) => root)
    this.#plots = el('div', { class: 'plots' }, this.#ruler.root, ...panels, this.#overlay.root)
    const label = {
      tabindex: '0',
      role: 'application',
      'aria-label': 'Timeline of charts and spans',
      'aria-describedby': 'keys shown',
      'aria-keyshortcuts': 'w s a d r z 0 j k [ ] Enter Escape',
    }
    this.root = el('section', { class: 'timeline', ...label }, this.#minimap.root, this.#plots)
    // What is drawn may be a frame behind what is shown.
    const axis = () => new Axis(store.state.view, this.#axis.width)
    followPointer(store, { root: this.#plots, axis, lanes: this.lanes, overlay: this.#overlay })
    this.#resizes = new ResizeObserver(() => {
      if (this.#roomNow() !== this.#axis.width) store.set({ look: store.state.look + 1 })
    })
  }

  /** Draws, now that there is room for it on the page, and whenever something changes. */
  start(): void {
    const store = this.#store
    store.on(['view', 'look'], () => {
      this.#axis = new Axis(store.state.view, this.#roomNow())
      this.#ruler.draw(this.#axis)
      for (const plot of [...this.#charts, ...this.#strips, this.lanes]) plot.draw(this.#axis)
      this.root.dataset.view = `${store.state.view.from} ${store.state.view.to}`
    })
    store.on(['look'], () => {
      for (const chart of this.#charts) chart.recolor()
    })
    store.on(['view', 'look', 'selection'], () => this.#minimap.draw(this.#axis.width))
    store.on(['view', 'look', 'selection', 'cursor'], () => this.#overlay.draw(this.#axis))
    store.on(['view', 'selection', 'cursor'], () => {
      for (const plot of [...this.#charts, ...this.#strips]) plot.read(store.state)
    })
    store.on(['highlighted'], () => this.lanes.draw())
    store.on(['span'], () => {
      if (store.state.span !== undefined) this.lanes.reveal(store.state.span)
      this.lanes.draw()
    })
    this.#resizes.observe(this.#plots)
  }

  /** Width of the plots. */
  #roomNow(): number {
    return Math.max(50, this.#plots.clientWidth - gutter - margin)
  }

  dispose(): void {
    this.#resizes.disconnect()
    for (const chart of this.#charts) chart.dispose()
  }
}
