import type { Account } from '../attribution/account.js'
import type { OwnTime } from '../attribution/ledger.js'
import type { SpanAttribution } from './span-attribution.js'

/** What the spans of one thread have in common. */
export interface Thread {
  readonly attribution: SpanAttribution
  /** Root spans that are open, and how many ever began. */
  readonly roots: { open: number; begun: number }
}

/** What is known of a span that began on this thread beside its window. */
export class LocalSpan {
  /** Undefined where nothing is attributed. */
  readonly account: Account | undefined
  /** What the span itself ran. Told when it ended. */
  own: OwnTime | undefined
  /** Processors that still count on it. */
  users = 1
  open = true
  /** Those who listen to costs know it. */
  costTold = false
  readonly #thread: Thread
  /**
   * The span that it belongs to and that has no parent in this process; itself, if it has none. Undefined if its parent is
   * in this process, but not known.
   */
  readonly #root: LocalSpan | undefined
  readonly #beganShared: boolean
  readonly #failuresThen: number
  /** Of `roots.begun`, when it began. */
  readonly #begunRoots: number
  #endedShared = false

  /** `parent`: `'unknown'` for one that is in this process, but not sampled. */
  constructor(thread: Thread, parent: LocalSpan | 'unknown' | undefined) {
    const { attribution, roots } = thread
    const known = parent === 'unknown' ? undefined : parent
    this.#thread = thread
    this.#failuresThen = attribution.failures
    this.account = attribution.open(known?.account)
    this.#root = known === undefined ? (parent === undefined ? this : undefined) : known.#root
    if (this.#root === this) {
      roots.open++
      roots.begun++
    }
    // An unknown root is most likely one of those that are open.
    const own = this.#root === undefined || this.#root.open ? 1 : 0
    this.#beganShared = roots.open > own
    this.#begunRoots = roots.begun
  }

  /** Whether another root span was open at any time while this one was. Told when it ended. */
  get shared(): boolean {
    return this.#beganShared || this.#endedShared
  }

  end(): void {
    if (!this.open) return
    const { attribution, roots } = this.#thread
    this.open = false
    this.#endedShared = roots.begun > this.#begunRoots
    if (this.#root === this) roots.open--
    if (this.account === undefined) return
    const own = attribution.close(this.account)
    if (attribution.failures === this.#failuresThen) this.own = own
  }
}
