import { loadBinding, type NativeLedger } from '../backend/native/binding.js'
import { ledgerLayout, ledgerSlot } from '../backend/native/layout.js'
import { Account } from './account.js'

const { firstAnswer, secondAnswer } = ledgerSlot

/**
 * Where `shared` of a ledger is 1 when the event loop waited since the last turn: the thread works for nobody then, and
 * whoever turns it sets that back to 0.
 */
export const { loopWaited } = ledgerSlot

/** CPU time of a JavaScript thread in ms, from the thread's CPU clock. */
export interface OwnTime {
  /** What the thread spent on the account itself. */
  selfMs: number
  /** That, and what it spent on all that was opened below it; only if it was asked for. */
  totalMs: number
}

/**
 * Adds up whom the JavaScript thread worked for. It is told at each turn; the sums are exact, not sampled. How they are
 * corrected for time in which the thread was away is told in native/core/attribution/ledger.h.
 */
export class Ledger {
  /**
   * From now on the thread works for the account with this handle; 0: for nobody. A bare function, since it runs at
   * every await of a busy service.
   */
  readonly turn: NativeLedger['turn']
  /** What the native side answers, and whether the event loop waited: see `loopWaited`. */
  readonly shared = new Float64Array(ledgerLayout.length)
  readonly #native: NativeLedger

  /** Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
  constructor() {
    this.#native = loadBinding().ledger(this.shared)
    this.turn = this.#native.turn
  }

  /**
   * Whether to turn to nobody each time the event loop is about to wait for events. What follows a callback, until the
   * next one is announced, would be the callback's otherwise; with the wake-up that is 0.2 ms on some machines.
   */
  watchLoop(on: boolean): void {
    this.#native.watchLoop(on)
  }

  /** What the thread did since its last turn was for the account with this handle; only now it is known. */
  name(account: number): void {
    this.#native.name(account)
  }

  /** Undefined when as many as possible (131 071) are open. */
  open(parent: Account | undefined): Account | undefined {
    const handle = this.#native.open(parent?.handle ?? 0)
    return handle === 0 ? undefined : new Account(handle, parent)
  }

  /**
   * To be asked once. If the thread works for the account, it goes on for the nearest one above. `totals`: whether the
   * total is asked for, which takes a look at each account that is open below.
   */
  close(account: Account, totals: boolean): OwnTime {
    this.#native.close(account.handle, totals)
    account.close()
    return { selfMs: this.shared[firstAnswer]!, totalMs: this.shared[secondAnswer]! }
  }

  /** CPU time of an open account in ms, as of the last call of `sums()` or a little later. It never goes back. */
  selfMs(account: Account): number {
    this.#native.self(account.handle)
    return this.shared[firstAnswer]!
  }

  /** CPU time of the thread since the ledger was made, and the part of it that was spent on no account. */
  sums(): { allMs: number; nobodyMs: number } {
    this.#native.sums()
    return { allMs: this.shared[firstAnswer]!, nobodyMs: this.shared[secondAnswer]! }
  }
}
