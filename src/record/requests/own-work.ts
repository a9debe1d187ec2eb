import { AsyncLocalStorage } from 'node:async_hooks'
import type { Account } from '../../attribution/account.js'
import type { TurnFollower } from '../../attribution/contexts.js'
import { announcesTurns } from '../../attribution/host.js'
import { Ledger, type OwnTime } from '../../attribution/ledger.js'
import { followTurns } from '../../attribution/turn-follower.js'
import { rowTurns } from '../../attribution/turn-records.js'
import { watchTurns } from '../../attribution/turns.js'

/** What a thread works for, if its CPU time can be attributed. */
export interface Work {
  account: Account | undefined
}

/** Follows which piece of work is active on this thread, each from when it is entered, and adds up its own CPU time. */
export class OwnWork<Kind extends Work> {
  readonly #storage = new AsyncLocalStorage<Kind>()
  readonly #ledger: Ledger | undefined
  readonly #follower: TurnFollower<Kind | null> | undefined
  readonly #unwatch: () => void = () => {}

  /** `attributed`: whether to take the hooks that it needs. */
  constructor(attributed: boolean) {
    if (!attributed || !announcesTurns) return
    const ledger = new Ledger()
    this.#ledger = ledger
    rowTurns.add(ledger)
    this.#follower = followTurns(ledger, {
      active: () => this.#storage.getStore() ?? null,
      handleOf: (work) => work?.account?.openHandle ?? 0,
      isNew: () => false,
      section: { current: 0 },
      fail: () => {},
    })
    ledger.watchLoop(true)
    this.#unwatch = watchTurns({ listener: this.#follower, stored: true })
  }

  /** Whatever the code that runs now does or starts from here on is for this piece of work. */
  enter(work: Kind): void {
    work.account = this.#ledger?.open(undefined)
    this.#storage.enterWith(work)
    this.#follower?.enter(work)
  }

  get active(): Kind | undefined {
    return this.#storage.getStore()
  }

  leave(work: Kind): OwnTime | undefined {
    this.#follower?.catchUp()
    return work.account && this.#ledger?.close(work.account)
  }

  stop(): void {
    this.#unwatch()
    this.#ledger?.watchLoop(false)
    this.#ledger?.turn(0)
    this.#storage.disable()
    if (this.#ledger !== undefined) rowTurns.remove(this.#ledger)
  }
}
