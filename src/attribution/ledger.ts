import { loadBinding, type NativeLedger, type NativeTurns } from '../backend/native/binding.js'
import { ledgerSlot } from '../backend/native/layout.js'
import { Account } from './account.js'

const { firstAnswer, secondAnswer, thirdAnswer } = ledgerSlot

/**
 * Where `shared` of a ledger is 1 when the event loop waited since the last turn: the thread works for nobody then, and
 * whoever turns it sets that back to 0.
 */
export const { loopWaited } = ledgerSlot

/** CPU time of a JavaScript thread in ms, from the thread's CPU clock. */
export interface OwnTime {
  /** What the thread spent on the account itself. */
  selfMs: number
  /** The same with all accounts that were opened below it. */
  totalMs: number
  /** What the thread spent on everything else while the account was open. */
  othersMs: number
  /** Its number in the record of turns, where one is kept. */
  owner?: number
}

/**
 * Adds up the CPU time of the JavaScript thread by the account that it works for. Every turn counts, none is sampled;
 * native/core/attribution/ledger.h describes how time in which the thread did not run is taken off.
 */
export class Ledger {
  /** These say whom the thread works for. Bare functions, since they run at every await of a busy service. */
  readonly turn: NativeLedger['turn']
  readonly visit: NativeLedger['visit']
  readonly begin: NativeLedger['begin']
  readonly hold: NativeLedger['hold']
  readonly holdOn: NativeLedger['holdOn']
  readonly leave: NativeLedger['leave']
  readonly pause: NativeLedger['pause']
  readonly reassign: NativeLedger['reassign']
  /** What the native side answers, and whether the event loop waited: see `loopWaited`. */
  readonly shared: Float64Array
  readonly #native: NativeLedger
  #turns: NativeTurns | undefined

  /** Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where no binary loads. */
  constructor() {
    const native = loadBinding().ledger()
    this.#native = native
    this.shared = native.shared
    this.turn = native.turn
    this.visit = native.visit
    this.begin = native.begin
    this.hold = native.hold
    this.holdOn = native.holdOn
    this.leave = native.leave
    this.pause = native.pause
    this.reassign = native.reassign
  }

  /**
   * Whether to turn to nobody each time the event loop is about to wait for events. Otherwise the time from the end
   * of one callback until the next one is announced would count for the first; with the wake-up that is 0.2 ms on
   * some machines.
   */
  watchLoop(on: boolean): void {
    this.#native.watchLoop(on)
  }

  /** Undefined when as many as possible (131 071) are open. */
  open(parent: Account | undefined): Account | undefined {
    const handle = this.#native.open(parent?.handle ?? 0)
    return handle === 0 ? undefined : new Account(handle, parent)
  }

  /**
   * Closes an account, once, and returns what was spent on it; undefined where the thread's clock could not be read. A
   * thread that works for it goes on for the nearest open one above.
   */
  close(account: Account): OwnTime | undefined {
    const known = this.#native.close(account.handle)
    account.close()
    if (!known) return undefined
    const { shared } = this
    const own = { selfMs: shared[firstAnswer]!, totalMs: shared[secondAnswer]!, othersMs: shared[thirdAnswer]! }
    return this.#turns === undefined ? own : { ...own, owner: this.#turns.closed() }
  }

  /** The record of its turns while somebody keeps one. */
  get turns(): NativeTurns | undefined {
    return this.#turns
  }

  keepTurns(): void {
    this.#turns = this.#native.turns()
  }

  dropTurns(): void {
    this.#turns?.end()
    this.#turns = undefined
  }

  /** CPU time of an open account in ms, as of the last call of `sums()` or a little later. It never decreases. */
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
