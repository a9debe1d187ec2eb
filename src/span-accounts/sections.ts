import type { Account } from '../attribution/account.js'

/** What sections need of the ledger and of the turns between contexts. */
interface Thread {
  turn(account: number): void
  /** What it did since the last turn was for this account. */
  name(account: number): void
  /** Turns to what is active now. */
  resume(): void
}

/**
 * Pieces of code that run to their end at once and count for an account of their own, whatever context they run in or
 * enter: what a tracing SDK does when a span starts or ends. They nest.
 */
export class Sections {
  /** The handle of the account of the innermost; 0 outside of all. Read at every turn. */
  current = 0
  /** What spanmeter's own span processor counts for; undefined while nobody asks. */
  own: Account | undefined
  readonly #thread: Thread

  constructor(thread: Thread) {
    this.#thread = thread
  }

  /** What runs until `leave()` is given the answer is this account's. */
  enter(account: Account): number {
    const outer = this.current
    this.current = account.handle
    this.#thread.turn(account.handle)
    return outer
  }

  /** All of the innermost section since its last turn is this account's. Nothing outside of all. */
  change(account: Account): void {
    if (this.current === 0) return
    this.current = account.handle
    this.#thread.name(account.handle)
  }

  /** As `enter()`, for spanmeter's own work. To be given to `leaveOwn()`. */
  enterOwn(): number {
    return this.own === undefined ? -1 : this.enter(this.own)
  }

  leaveOwn(outer: number): void {
    if (outer >= 0) this.leave(outer)
  }

  leave(outer: number): void {
    this.current = outer
    if (outer === 0) this.#thread.resume()
    else this.#thread.turn(outer)
  }
}
