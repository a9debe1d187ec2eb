import type { Context, ContextManager } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { Ledger, loopWaited, type OwnTime } from '../attribution/ledger.js'
import { warn } from '../sdk/warn.js'
import { ContextStamp } from './context-stamp.js'
import { ContextWatch, type Turns } from './context-watch.js'
import { Sections } from './sections.js'

/**
 * Adds up what each span itself ran on this thread. One for all processors; from the first span of one that wants it
 * until none does any more, hooks are installed.
 */
export class SpanAttribution {
  readonly #accountOf: (context: Context) => Account | undefined
  #ledger: Ledger | undefined
  #watch: ContextWatch | undefined
  /** Those of the context manager that is watched. */
  #turns: Turns | undefined
  /** Processors, and whoever asks what tracing costs. */
  #users = 0
  /** How many of them tell totals. */
  #totals = 0
  /** How often a context manager went wrong. What was open then was not followed to its end. */
  #failures = 0

  /** Code that counts for itself, not for the active span. Only while somebody wants it. */
  readonly sections = new Sections({
    turn: (account) => this.#ledger?.turn(account),
    name: (account) => this.#ledger?.name(account),
    resume: () => this.#resume(),
  })

  /** `accountOf` tells the account of the span that is active in a context, open or not. */
  constructor(accountOf: (context: Context) => Account | undefined) {
    this.#accountOf = accountOf
  }

  get failures(): number {
    return this.#failures
  }

  /** Somebody wants it. Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
  acquire(totals: boolean): void {
    if (this.#ledger === undefined) {
      const ledger = new Ledger()
      this.#ledger = ledger
      this.#watch = new ContextWatch((manager) => {
        ledger.watchLoop(true)
        this.#turns = this.#turnsOf(manager, ledger)
        return this.#turns
      })
    }
    this.#users++
    if (totals) this.#totals++
  }

  release(totals: boolean): void {
    if (totals) this.#totals--
    if (--this.#users > 0) return
    this.#watch?.stop()
    this.#rest()
  }

  /**
   * Undefined where nobody wants it, where it cannot be known which span is active (no context manager is registered),
   * or too many are open.
   */
  open(parent: Account | undefined): Account | undefined {
    if (this.#users === 0) return undefined
    this.watch()
    return this.#watch?.watching ? this.#ledger?.open(parent?.nearestOpen) : undefined
  }

  /** Follows the context manager that is registered now. To be called whenever a span begins. */
  watch(): void {
    try {
      this.#watch?.update()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** An account for code that is nobody's span. Undefined where nobody wants any, or too many are open. */
  openStanding(): Account | undefined {
    return this.#users === 0 ? undefined : this.#ledger?.open(undefined)
  }

  close(account: Account): OwnTime | undefined {
    return this.#ledger?.close(account, this.#totals > 0)
  }

  /** CPU time of the thread since anybody wanted it, and the part of it that belongs to no span, in ms. */
  sums(): { allMs: number; nobodyMs: number } | undefined {
    return this.#ledger?.sums()
  }

  /** What an open account has used so far, in ms, as of the last `sums()`. */
  selfMs(account: Account): number {
    return this.#ledger?.selfMs(account) ?? 0
  }

  /** Nothing is followed any more. */
  #rest(): void {
    this.#turns = undefined
    this.#ledger?.watchLoop(false)
    this.#ledger?.turn(0)
  }

  #resume(): void {
    if (this.#turns === undefined) this.#ledger?.turn(0)
    else this.#turns.resume()
  }

  /** The context manager belongs to others: if it does what nobody can foresee, it is left alone. Must not throw. */
  #giveUp(error: unknown): void {
    this.#failures++
    this.#watch?.refuse()
    this.#rest()
    warn('what spans run themselves is not told any more:', error)
  }

  /** Closures over bare functions: this runs at every await. */
  #turnsOf(manager: ContextManager, { turn, shared }: Ledger): Turns {
    const accountOf = this.#accountOf
    const { sections } = this
    let last: Context | undefined

    /** A context of somebody's own making may be anything at all. */
    function mark(context: Context): Account | null {
      let account: Account | null = null
      try {
        account = accountOf(context) ?? null
        new ContextStamp(context, account)
      } catch {}
      return account
    }

    function enter(context: Context): void {
      last = context
      shared[loopWaited] = 0
      const known = typeof context === 'object' ? ContextStamp.accountOf(context) : null
      const account = known === undefined ? mark(context) : known
      turn(sections.current !== 0 ? sections.current : account === null ? 0 : account.openHandle)
    }

    const look = () => {
      try {
        const context = manager.active()
        if (context !== last || shared[loopWaited] !== 0) enter(context)
      } catch (error) {
        this.#giveUp(error)
      }
    }

    const resume = () => {
      last = undefined
      look()
    }

    return { look, enter, resume }
  }
}
