import { type Context, type ContextManager, diag } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { Ledger, type OwnTime } from '../attribution/ledger.js'
import { ContextWatch, type Turns } from './context-watch.js'

/** Where a context keeps whose account it belongs to: looked up once a context, read at every turn. Null: to none. */
const accountKey = Symbol('spanmeter.account')

type Marked = Context & { [accountKey]?: Account | null }

/**
 * Adds up what each span itself ran on this thread. One for all processors; from the first span of one that wants it
 * until none does any more, hooks are installed.
 */
export class SpanAttribution {
  readonly #accountOf: (context: Context) => Account | undefined
  #ledger: Ledger | undefined
  #watch: ContextWatch | undefined
  #processors = 0

  /** `accountOf` tells the account of the span that is active in a context, open or not. */
  constructor(accountOf: (context: Context) => Account | undefined) {
    this.#accountOf = accountOf
  }

  /** A processor wants it. Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
  acquire(): void {
    if (this.#ledger === undefined) {
      const ledger = new Ledger()
      this.#ledger = ledger
      this.#watch = new ContextWatch((manager) => this.#turnsOf(manager, ledger))
    }
    if (this.#processors++ === 0) this.#ledger.watchLoop(true)
  }

  release(): void {
    if (--this.#processors > 0) return
    this.#watch?.stop()
    this.#ledger?.watchLoop(false)
    this.#ledger?.turn(0)
  }

  /**
   * Undefined where nobody wants it, where it cannot be known which span is active (no context manager is registered),
   * or too many are open.
   */
  open(parent: Account | undefined): Account | undefined {
    if (this.#processors === 0) return undefined
    try {
      this.#watch?.update()
    } catch (error) {
      this.#giveUp(error)
    }
    return this.#watch?.watching ? this.#ledger?.open(parent?.nearestOpen) : undefined
  }

  close(account: Account): OwnTime | undefined {
    return this.#ledger?.close(account)
  }

  /** CPU time of the thread since anybody wanted it, and the part of it that belongs to no span, in ms. */
  sums(): { allMs: number; nobodyMs: number } | undefined {
    return this.#ledger?.sums()
  }

  /** The context manager belongs to others: if it does what nobody can foresee, it is left alone. */
  #giveUp(error: unknown): void {
    this.#watch?.refuse()
    diag.warn('spanmeter: what spans run themselves is not told any more:', error)
  }

  /** Closures over bare functions: this runs at every await. */
  #turnsOf(manager: ContextManager, { turn, shared }: Ledger): Turns {
    const accountOf = this.#accountOf
    let last: Context | undefined

    const fail = (error: unknown) => this.#giveUp(error)

    function mark(context: Marked): Account | null {
      try {
        const account = accountOf(context) ?? null
        context[accountKey] = account
        return account
      } catch (error) {
        fail(error)
        return null
      }
    }

    function enter(context: Marked): void {
      last = context
      shared[2] = 0
      let account = context[accountKey]
      if (account === undefined) account = mark(context)
      turn(account === null ? 0 : account.openHandle)
    }

    function look(): void {
      try {
        const context = manager.active()
        if (context !== last || shared[2] !== 0) enter(context)
      } catch (error) {
        fail(error)
      }
    }

    return { look, enter }
  }
}
