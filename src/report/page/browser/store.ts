import type { Range } from '../../by-name.js'
import { Matches } from './model/matches.js'
import type { ProcessModel } from './model/process.js'

/** What the page shows now. Times are ms since the recording began. */
export interface State {
  /** What the timeline shows. */
  view: Range
  /** What was selected for the table; undefined: nothing, which stands for all. */
  selection: Range | undefined
  cursor: number | undefined
  query: string
  /** The name that was picked, by its index. */
  name: number | undefined
  /** The span that was picked, by its index. */
  span: number | undefined
  /** What the search finds. */
  matches: Matches
  /** Of these, those of the name that was picked: the others are grey. */
  highlighted: Matches
  theme: 'auto' | 'light' | 'dark'
  /** Counts what has no value of its own: the size of the page, its colours. */
  look: number
}

type Key = keyof State

/** The one place that knows what the page shows. Whoever draws of it is called once a frame, if anything of it changed. */
export class Store {
  readonly model: ProcessModel
  /** Length of the recording in ms. */
  readonly duration: number
  readonly state: State
  readonly #listeners: { keys: readonly Key[]; update: () => void }[] = []
  readonly #changed = new Set<Key>()
  #frame = 0

  constructor(model: ProcessModel, duration: number, theme: State['theme']) {
    this.model = model
    this.duration = duration
    const matches = new Matches(model.data.spans, '', undefined)
    const nothing = { selection: undefined, cursor: undefined, name: undefined, span: undefined }
    this.state = {
      view: { from: 0, to: duration },
      query: '',
      matches,
      highlighted: matches,
      theme,
      look: 0,
      ...nothing,
    }
  }

  set(change: Partial<State>): void {
    for (const [key, value] of Object.entries(change) as [Key, never][]) {
      if (this.state[key] === value) continue
      this.state[key] = value
      this.#changed.add(key)
    }
    if (this.#changed.size > 0 && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#update())
  }

  /** Calls when one of them has changed, and once at the beginning. */
  on(keys: readonly Key[], update: () => void): void {
    this.#listeners.push({ keys, update })
    update()
  }

  /** Whoever was called up to now has seen everything. */
  settle(): void {
    this.#changed.clear()
  }

  /** Nobody is called from now on. */
  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#listeners.length = 0
  }

  #update(): void {
    this.#frame = 0
    const changed = new Set(this.#changed)
    this.#changed.clear()
    for (const { keys, update } of this.#listeners) if (keys.some((key) => changed.has(key))) update()
  }
}
