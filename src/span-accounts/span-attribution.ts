import type { Context, ContextManager } from '@opentelemetry/api'
import { AfterCollection } from '../after-collection.js'
import type { Account } from '../attribution/account.js'
import type { TurnFollower } from '../attribution/contexts.js'
import { Ledger, type OwnTime } from '../attribution/ledger.js'
import { followTurns } from '../attribution/turn-follower.js'
import { rowTurns } from '../attribution/turn-records.js'
import { isStackOverflow } from '../errors.js'
import { warn } from '../sdk/warn.js'
import { ContextStamp } from './context-stamp.js'
import { ContextWatch } from './context-watch.js'
import { Sections } from './sections.js'

/**
 * The own CPU time of each span on this thread. All processors share one. Hooks are installed from the first span of a
 * processor that wants it until no processor does any more, or no span was open for a while.
 */
export class SpanAttribution {
  readonly #accountOf: (context: Context) => Account | undefined
  #ledger: Ledger | undefined
  #watch: ContextWatch | undefined
  /** Follows the context manager that is watched. */
  #follower: TurnFollower<Context> | undefined
  readonly #followers = new WeakMap<ContextManager, TurnFollower<Context>>()
  /** Processors, and whoever measures the cost of tracing. */
  #users = 0
  /** How many accounts are open, and whether one was opened since the last collection of garbage. */
  #open = 0
  #opened = false
  readonly #collection = new AfterCollection(() => this.#afterCollection())
  /** How often a context manager failed. Accounts that were open then were not followed to their end. */
  #failures = 0

  /** Code that counts for itself and not for the active span. In effect while there are users. */
  readonly sections = new Sections({
    visit: (account) => this.#ledger?.visit(account),
    reassign: (account) => this.#ledger?.reassign(account),
    catchUp: () => this.#follower?.catchUp(),
    resume: () => this.#resume(),
  })

  /** `accountOf` returns the account of the span that is active in a context, open or not. */
  constructor(accountOf: (context: Context) => Account | undefined) {
    this.#accountOf = accountOf
  }

  get failures(): number {
    return this.#failures
  }

  /** Adds a user. Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
  acquire(): void {
    if (this.#ledger === undefined) {
      const ledger = new Ledger()
      this.#ledger = ledger
      rowTurns.add(ledger)
      this.#watch = new ContextWatch((manager) => {
        ledger.watchLoop(true)
        this.#follower = this.#followerOf(manager, ledger)
        this.#collection.wait()
        return this.#follower
      })
    }
    this.#users++
  }

  release(): void {
    if (--this.#users > 0) return
    this.#watch?.stop()
    this.#rest()
  }

  /**
   * Opens the account of a span. Undefined where there are no users, where the active span cannot be known because no
   * context manager is registered, or where too many accounts are open.
   */
  open(parent: Account | undefined): Account | undefined {
    if (this.#users === 0) return undefined
    this.watch()
    this.#follower?.catchUp()
    return this.#watch?.watching ? this.#openBelow(parent?.nearestOpen) : undefined
  }

  /** Follows the context manager that is registered now. To be called whenever a span begins. */
  watch(): void {
    try {
      this.#watch?.update()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** Opens an account for code that belongs to no span. Undefined where there are no users, or too many are open. */
  openStanding(): Account | undefined {
    return this.#users === 0 ? undefined : this.#openBelow(undefined)
  }

  close(account: Account): OwnTime | undefined {
    this.#follower?.catchUp()
    this.#open--
    return this.#ledger?.close(account)
  }

  /** CPU time of the thread since the first user came, and the part of it that belongs to no account, in ms. */
  sums(): { allMs: number; nobodyMs: number } | undefined {
    return this.#ledger?.sums()
  }

  /** What an open account has used so far, in ms, as of the last `sums()`. */
  selfMs(account: Account): number {
    return this.#ledger?.selfMs(account) ?? 0
  }

  #openBelow(parent: Account | undefined): Account | undefined {
    const account = this.#ledger?.open(parent)
    if (account === undefined) return undefined
    this.#open++
    this.#opened = true
    return account
  }

  /**
   * Without an open account there is nothing to follow, and the next span installs the hooks again. They belong to the
   * process, and would keep alive whatever loaded this package: a realm that a test framework has left without shutting
   * down what is in it.
   */
  #afterCollection(): void {
    if (!this.#watch?.watching) return
    if (this.#open > 0 || this.#opened) {
      this.#opened = false
      this.#collection.wait()
      return
    }
    this.#watch.stop()
    this.#rest()
  }

  /** The thread works for nobody from now on. */
  #rest(): void {
    this.#follower?.forget()
    this.#follower = undefined
    this.#ledger?.watchLoop(false)
    this.#ledger?.turn(0)
  }

  #resume(): void {
    if (this.#follower === undefined) this.#ledger?.turn(0)
    else this.#follower.resume()
  }

  /** The context manager belongs to others: one that fails is not watched any more. Must not throw. */
  #giveUp(error: unknown): void {
    if (isStackOverflow(error)) return
    this.#failures++
    this.#watch?.refuse()
    this.#rest()
    warn('the own CPU time of spans is not measured any more:', error)
  }

  /**
   * The same whenever the manager is watched again: what V8 has optimized for one would be slower for both from then on.
   */
  #followerOf(manager: ContextManager, ledger: Ledger): TurnFollower<Context> {
    const known = this.#followers.get(manager)
    known?.forget()
    const follower = known ?? this.#followerFor(manager, ledger)
    this.#followers.set(manager, follower)
    return follower
  }

  #followerFor(manager: ContextManager, ledger: Ledger): TurnFollower<Context> {
    const accountOf = this.#accountOf

    /** A context that somebody made by hand may be anything at all. */
    function stamp(context: Context): Account | null {
      let account: Account | null = null
      try {
        account = accountOf(context) ?? null
        new ContextStamp(context, account)
      } catch {}
      return account
    }

    function handleOf(context: Context): number {
      const stamped = typeof context === 'object' ? ContextStamp.accountOf(context) : null
      const account = stamped === undefined ? stamp(context) : stamped
      return account === null ? 0 : account.openHandle
    }

    return followTurns(ledger, {
      active: () => manager.active(),
      handleOf,
      isNew: (context) => typeof context === 'object' && ContextStamp.accountOf(context) === undefined,
      section: this.sections,
      fail: (error) => this.#giveUp(error),
    })
  }
}
