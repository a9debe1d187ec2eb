import { type Row, summarize } from '../../../by-name.js'
import { pickName } from '../actions.js'
import { button, el } from '../dom.js'
import { formatCount, formatRange } from '../format.js'
import type { Store } from '../store.js'
import { columns, nameColumn } from './columns.js'
import { type Sorting, sortRows } from './sort.js'

/** Rows that are made at once: ten thousand would take seconds. */
const portion = 100
const ownCpu = columns.findIndex(({ title }) => title === 'Own CPU')

/** What spans cost by their names, of what is selected and found. */
export class SpanTable {
  readonly root: HTMLElement
  readonly #store: Store
  readonly #caption = el('p', { class: 'caption' })
  readonly #headings: HTMLElement[]
  readonly #body = el('tbody')
  readonly #more = button('', () => this.#show(this.#shown + 5 * portion), { class: 'more' })
  #sorting: Sorting = { column: ownCpu, descending: true }
  #rows: Row[] = []
  #shown = portion

  constructor(store: Store) {
    this.#store = store
    this.#headings = [
      this.#heading(nameColumn, '', -1),
      ...columns.map(({ title, about }, i) => this.#heading(title, about, i)),
    ]
    const table = el('table', {}, el('thead', {}, el('tr', {}, ...this.#headings)), this.#body)
    const scroller = el(
      'div',
      { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Costs by span name' },
      table,
    )
    this.root = el('section', { class: 'names' }, el('h2', {}, 'Span names'), this.#caption, scroller, this.#more)
    store.on(['selection', 'matches'], () => this.#update())
    store.on(['name'], () => this.#markPicked())
  }

  #update(): void {
    const { selection, matches, query } = this.#store.state
    const { spans } = this.#store.model.data
    this.#rows = summarize(spans, selection, matches.has)
    const count = this.#rows.reduce((sum, row) => sum + row.count, 0)
    const range = selection === undefined ? 'the whole recording' : formatRange(selection.from, selection.to)
    const found = query.trim() === '' ? '' : ` that “${query.trim()}” finds`
    this.#caption.textContent =
      spans.name.length === 0
        ? 'No spans were recorded.'
        : `${formatCount(count)} spans${found}, open in ${range}; each counts in full. Select a range to narrow it.`
    this.#sort()
  }

  #sort(): void {
    sortRows(this.#rows, this.#sorting, this.#store.model.data.spans.names)
    this.#headings.forEach((heading, i) => {
      const { column, descending } = this.#sorting
      heading.setAttribute('aria-sort', column !== i - 1 ? 'none' : descending ? 'descending' : 'ascending')
    })
    this.#body.replaceChildren()
    this.#show(portion)
  }

  #show(count: number): void {
    const begin = this.#body.childElementCount
    const ownSum = this.#rows.reduce((sum, { self }) => sum + (self || 0), 0)
    this.#body.append(...this.#rows.slice(begin, count).map((row) => this.#line(row, ownSum)))
    this.#shown = count
    const rest = this.#rows.length - count
    this.#more.hidden = rest <= 0
    this.#more.textContent = `Show more (${formatCount(rest)} are hidden)`
    this.#markPicked()
  }

  #line(row: Row, ownSum: number): HTMLTableRowElement {
    const name = this.#store.model.data.spans.names[row.name]!
    const pick = button(name, () => pickName(this.#store, this.#store.state.name === row.name ? undefined : row.name), {
      class: 'name',
      title: name.slice(0, 2000),
    })
    const cells = columns.map(({ text, title, inWords }, i) => {
      const words = inWords?.(row) || undefined
      const cell = el('td', { 'data-title': title, title: words, 'aria-label': words }, text(row))
      if (i !== ownCpu || !(ownSum > 0)) return cell
      cell.className = 'share'
      cell.style.setProperty('--share', String((row.self || 0) / ownSum))
      return cell
    })
    return el('tr', { 'data-name': String(row.name) }, el('th', { scope: 'row' }, pick), ...cells)
  }

  #heading(title: string, about: string, column: number): HTMLElement {
    const press = () => {
      const same = this.#sorting.column === column
      this.#sorting = { column, descending: same ? !this.#sorting.descending : column >= 0 }
      this.#sort()
    }
    return el('th', { scope: 'col' }, button(title, press, { title: about }))
  }

  #markPicked(): void {
    for (const line of this.#body.rows) {
      const picked = line.dataset.name === String(this.#store.state.name)
      line.querySelector('button')?.setAttribute('aria-pressed', String(picked))
      line.classList.toggle('picked', picked)
    }
  }
}
