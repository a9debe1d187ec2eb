import type { Ledger } from './ledger.js'

/** Whom a thread worked for at some moments, by their numbers in the record: see `NativeTurns`. */
export interface Owners {
  /** Of each moment; 0 is nobody, NaN not known. */
  at: Float64Array
  /** Of numbers that were named before: who they were, and whose they turned out to be. */
  given: [from: number, to: number][]
}

/** The records of the turns of some ledgers of this thread, which one at a time may keep. */
export class TurnRecords {
  readonly #ledgers = new Set<Ledger>()
  #kept = false

  add(ledger: Ledger): void {
    this.#ledgers.add(ledger)
    if (this.#kept) ledger.keepTurns()
  }

  remove(ledger: Ledger): void {
    ledger.dropTurns()
    this.#ledgers.delete(ledger)
  }

  /** Begins the records, also of ledgers that are added later. False if somebody keeps them already. */
  keep(): boolean {
    if (this.#kept) return false
    this.#kept = true
    for (const ledger of this.#ledgers) ledger.keepTurns()
    return true
  }

  drop(): void {
    this.#kept = false
    for (const ledger of this.#ledgers) ledger.dropTurns()
  }

  /** How full the fullest of them is, 0 … 1. */
  get size(): number {
    return Math.max(0, ...Array.from(this.#ledgers, ({ turns }) => turns?.size() ?? 0))
  }

  /** Moments are in µs of CLOCK_MONOTONIC, in their order. Where several ledgers know of somebody, the first one holds. */
  take(moments: Float64Array): Owners {
    const owners: Owners = { at: new Float64Array(moments.length), given: [] }
    const { at, given } = owners
    for (const { turns } of this.#ledgers) {
      const taken = turns?.take(moments)
      if (taken === undefined) continue
      for (let i = 0; i < at.length; i++) if (!(at[i]! > 0)) at[i] = taken[i]!
      for (let i = at.length; i < taken.length; i += 2) given.push([taken[i]!, taken[i + 1]!])
    }
    return owners
  }
}

/** Of ledgers whose accounts become rows of a recording. */
export const rowTurns = new TurnRecords()

/** Of measured work. */
export const measuredTurns = new TurnRecords()
