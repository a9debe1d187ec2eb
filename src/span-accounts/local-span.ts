import type { Account } from '../attribution/account.js'
import type { OwnTime } from '../attribution/ledger.js'
import type { SpanAttribution } from './span-attribution.js'

/** What the spans of one thread have in common. */
export interface Thread {
  readonly attribution: SpanAttribution
  /** How many root spans are open, and how many ever began. */
  readonly roots: { open: number; begun: number }
}

/** What is known of a span that began on this thread, beside the window that its processor measures. */
export class LocalSpan {
  /** Undefined where nothing is attributed. */
  readonly account: Account | undefined
  /** Own CPU time of the span. Known once it has ended. */
  own: OwnTime | undefined
  /** How many processors wait for its end. */
  users = 1
  open = true
  /** Whether its cost was published. */
  costReported = false
  readonly #thread: Thread
  /**
   * The topmost span above it in this process, or itself if there is none above. Undefined if its parent is in this
   * process but not known.
   */
  readonly #root: LocalSpan | undefined
  /** Whether another root span was open when it began. */
  readonly #beganShared: boolean
  /** `attribution.failures` when it began. */
  readonly #failuresThen: number
  /** `roots.begun` when it began. */
  readonly #begunRoots: number
  /** Whether another root span began before it ended. */
  #endedShared = false

  /** `parent`: `'unknown'` for one that is in this process but not sampled. */
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

  /** Whether another root span was open at any time while this one was. Complete once it has ended. */
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
