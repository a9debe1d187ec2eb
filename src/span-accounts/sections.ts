import type { Account } from '../attribution/account.js'

/** What sections need of the ledger and of the turns between contexts. */
interface SectionLedger {
  visit(account: number): void
  /** What the thread did since its last turn counts for this account instead. */
  reassign(account: number): void
  /** Finds out whether the code has entered another context without a word. */
  catchUp(): void
  /** Turns to the account of the active context. */
  resume(): void
}

/**
 * Sections of code that run to their end at once and count for an account of their own, whatever context they run in or
 * enter: what a tracing SDK does when a span starts or ends. They nest.
 */
export class Sections {
  /** The handle of the innermost section's account; 0 outside of all sections. Read at every turn. */
  current = 0
  /** The account of spanmeter's own span processor; undefined while nobody asks for it. */
  own: Account | undefined
  readonly #ledger: SectionLedger

  constructor(ledger: SectionLedger) {
    this.#ledger = ledger
  }

  /** What runs from now on counts for this account, until `leave()` is called with the returned handle. */
  enter(account: Account): number {
    const outer = this.current
    if (outer === 0) this.#ledger.catchUp()
    // First what may fail, as at the end of the stack.
    this.#ledger.visit(account.handle)
    this.current = account.handle
    return outer
  }

  /** What the innermost section did since its last turn, and will do, counts for this account. No-op outside of all. */
  reassign(account: Account): void {
    if (this.current === 0) return
    this.current = account.handle
    this.#ledger.reassign(account.handle)
  }

  /** As `enter()`, for spanmeter's own work. The returned handle is for `leaveOwn()`. */
  enterOwn(): number {
    return this.own === undefined ? -1 : this.enter(this.own)
  }

  leaveOwn(outer: number): void {
    if (outer >= 0) this.leave(outer)
  }

  leave(outer: number): void {
    this.current = outer
    if (outer === 0) this.#ledger.resume()
    else this.#ledger.visit(outer)
  }
}
