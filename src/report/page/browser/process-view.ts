import type { ReportData } from '../../data.js'
import { DetailsCard } from './details/card.js'
import { el } from './dom.js'
import { samplerFacts } from './header/facts.js'
import { factList } from './header/header.js'
import type { ProcessModel } from './model/process.js'
import { Store } from './store.js'
import { SpanTable } from './table/table.js'
import { followTheme, type Theme } from './theme.js'
import { followKeys } from './timeline/keys.js'
import { Timeline } from './timeline/timeline.js'
import { Toolbar } from './toolbar.js'

/** All that the page shows of one process. */
export class ProcessView {
  readonly store: Store
  readonly #timeline: Timeline
  readonly #toolbar: Toolbar
  readonly #stopKeys: () => void

  constructor(
    place: HTMLElement,
    data: ReportData,
    model: ProcessModel,
    theme: Theme,
    processes: HTMLElement | undefined,
  ) {
    this.store = new Store(model, Math.max(1, data.program.durationMs, lastMoment(model)), theme)
    followTheme(this.store)
    this.#timeline = new Timeline(this.store, data.machine)
    this.#toolbar = new Toolbar(this.store, processes)
    const table = new SpanTable(this.store)
    const card = new DetailsCard(this.store, data.program.startedAt)
    const facts = factList(samplerFacts(model.data))
    place.replaceChildren(facts, this.#toolbar.root, this.#timeline.root, table.root, card.root)
    this.store.settle()
    this.#timeline.start()
    this.#stopKeys = followKeys(this.store, this.#timeline.root, this.#timeline.lanes, this.#toolbar.focusSearch)
  }

  dispose(): void {
    this.store.dispose()
    this.#stopKeys()
    this.#toolbar.dispose()
    this.#timeline.dispose()
  }
}

/** The end of what was recorded, which a clock may put behind the end of the program. */
function lastMoment({ data, lanes }: ProcessModel): number {
  let last = Math.max(data.time.at(-1) ?? 0, data.memory.time.at(-1) ?? 0)
  for (const end of lanes.ends) if (end > last) last = end
  return last
}

/** Chooses among several processes; undefined where there is one. */
export function processSelect(data: ReportData, change: (index: number) => void): HTMLElement | undefined {
  if (data.processes.length < 2) return undefined
  const options = data.processes.map(({ name, pid }, i) => el('option', { value: String(i) }, `${name} (${pid})`))
  const select = el('select', { 'aria-label': 'Process' }, ...options)
  select.addEventListener('change', () => change(Number(select.value)))
  return select
}
