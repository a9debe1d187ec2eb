import type { Account } from '../attribution/account.js'
import type { OwnTime } from '../attribution/ledger.js'
import { OpenSpan } from './open-spans.js'
import type { SpanAttribution } from './span-attribution.js'

/** What the spans of one thread have in common. */
export interface Thread {
  readonly attribution: SpanAttribution
  /** How many root spans are open, and how many ever began. */
  readonly roots: { open: number; begun: number }
}

/** What a span processor keeps for a span until it ends. */
export type Kept = number | object

/** A span processor, as far as open spans need it. */
export interface Keeper {
  /** Called with what it keeps for a span that will never end. */
  drop(kept: Kept): void
}

/** What is known of a span that began on this thread, with what its processors keep for it. */
export class LocalSpan extends OpenSpan {
  /** Undefined where nothing is attributed. */
  readonly account: Account | undefined
  /** Own CPU time of the span. Known once it has ended. */
  own: OwnTime | undefined
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
  #keeper: Keeper | undefined
  #kept: Kept | undefined
  /** What further processors keep: hardly any span has more than one. */
  #others: Map<Keeper, Kept> | undefined

  /** `parent`: `'unknown'` for one that is in this process but not sampled. */
  constructor(thread: Thread, parent: LocalSpan | 'unknown' | undefined) {
    super()
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

  keep(keeper: Keeper, kept: Kept): void {
    if (this.#keeper === undefined) {
      this.#keeper = keeper
      this.#kept = kept
    } else {
      this.#others ??= new Map()
      this.#others.set(keeper, kept)
    }
  }

  /** Hands out what a processor keeps, once. */
  take(keeper: Keeper): Kept | undefined {
    if (this.#keeper !== keeper) {
      const kept = this.#others?.get(keeper)
      this.#others?.delete(keeper)
      return kept
    }
    this.#keeper = undefined
    return this.#kept
  }

  isKeptBy(keeper: Keeper): boolean {
    return this.#keeper === keeper || this.#others?.has(keeper) === true
  }

  /** Whether a processor still waits for its end. */
  get isKept(): boolean {
    return this.#keeper !== undefined || (this.#others !== undefined && this.#others.size > 0)
  }

  override forget(): void {
    this.#keeper?.drop(this.#kept!)
    for (const [keeper, kept] of this.#others ?? []) keeper.drop(kept)
    this.#keeper = this.#others = undefined
    this.end()
  }

  /** Own CPU time so far in ms; undefined where nothing is attributed. */
  get selfMs(): number | undefined {
    if (this.account !== undefined && this.open) this.#thread.attribution.sums()
    return this.summedSelfMs
  }

  /** The same as of the last `attribution.sums()`, for whoever reads many: each of those reads the clock of the thread. */
  get summedSelfMs(): number | undefined {
    if (this.account === undefined) return undefined
    return this.open ? this.#thread.attribution.selfMs(this.account) : this.own?.selfMs
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
