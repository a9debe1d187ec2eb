import type { CheckedRule } from '../rules/rule-options.js'
import type { Episode } from '../rules/rule-state.js'
import type { Alert } from '../types.js'

/** An alert that waits to be sent. */
export interface Entry {
  readonly alert: Alert
  readonly episode: Episode
  readonly rule: CheckedRule
  readonly queuedMs: number
}

/** What waits for a channel: in order of time, but for what the receiver failed at, though it is there. */
export class AlertQueue {
  readonly #size: number
  readonly #entries: Entry[] = []
  readonly #failedAt = new WeakSet<Entry>()
  /** The one that is being sent. */
  #taken: Entry | undefined

  constructor(size: number) {
    this.#size = size
  }

  get length(): number {
    return this.#entries.length
  }

  get isFull(): boolean {
    return this.#entries.length >= this.#size
  }

  /** Returns the oldest, which is dropped where there is no room. */
  push(entry: Entry): Entry | undefined {
    const dropped = this.isFull ? this.#oldest() : undefined
    if (dropped !== undefined) this.remove(dropped)
    this.#entries.push(entry)
    return dropped
  }

  /** The next to be sent, which stays until it is removed. */
  take(): Entry | undefined {
    this.#taken = this.#next()
    return this.#taken
  }

  remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry)
    if (index >= 0) this.#entries.splice(index, 1)
  }

  clear(): number {
    return this.#entries.splice(0).length
  }

  /** Notes that the receiver failed at it. */
  failedAt(entry: Entry): void {
    this.#failedAt.add(entry)
  }

  /** Whether the next is one that the receiver has not failed at. */
  get isUntriedNext(): boolean {
    const next = this.#next()
    return next !== undefined && !this.#failedAt.has(next)
  }

  /** Puts it behind all others, with what else there is of its rule in its order. */
  postpone({ rule: { name } }: Entry): void {
    const others = this.#entries.filter(({ rule }) => rule.name !== name)
    const theirs = this.#entries.filter(({ rule }) => rule.name === name)
    this.#entries.splice(0, this.#entries.length, ...others, ...theirs)
  }

  hasOthersThan({ name }: CheckedRule): boolean {
    return this.#entries.some(({ rule }) => rule.name !== name)
  }

  has(episode: Episode): boolean {
    return this.#entries.some((entry) => entry.episode === episode)
  }

  /**
   * The first that the receiver has not failed at, but none before another of its rule: receivers know an alert by its name.
   * If there is none, the first.
   */
  #next(): Entry | undefined {
    const before = new Set<string>()
    const untried = this.#entries.find((entry) => {
      const { name } = entry.rule
      const isNext = !this.#failedAt.has(entry) && !before.has(name)
      before.add(name)
      return isNext
    })
    return untried ?? this.#entries[0]
  }

  #oldest(): Entry {
    const others = this.#entries.filter((entry) => entry !== this.#taken)
    const waiting = others.length > 0 ? others : this.#entries
    return waiting.reduce((oldest, entry) => (entry.queuedMs < oldest.queuedMs ? entry : oldest))
  }
}
