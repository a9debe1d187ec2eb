import { AsyncLocalStorage } from 'node:async_hooks'
import type { Account } from './account.js'
import { Ledger, type OwnTime } from './ledger.js'
import { followTurns, type TurnFollower } from './turn-follower.js'
import { watchTurns } from './turns.js'

/** The own CPU time of measured pieces of work on this thread. Hooks are installed while one of them runs. */
class MeasuredWork {
  readonly #ledger = new Ledger()
  readonly #storage = new AsyncLocalStorage<Account | undefined>()
  readonly #follower: TurnFollower<Account | null>
  #running = 0
  #unwatch: () => void = () => {}

  constructor() {
    this.#follower = followTurns(this.#ledger, {
      active: () => this.#storage.getStore() ?? null,
      handleOf: (account) => account?.openHandle ?? 0,
      section: { current: 0 },
      // A storage of our own does not fail.
      fail: () => {},
    })
  }

  /** `own` is undefined when too many are running. */
  async run<T>(work: () => T | Promise<T>): Promise<{ value: T; own?: OwnTime }> {
    const account = this.#ledger.open(this.#storage.getStore()?.nearestOpen)
    if (account === undefined) return { value: await work() }
    if (this.#running++ === 0) this.#begin()
    let own: OwnTime | undefined
    try {
      const value = await this.#start(account, work)
      own = this.#ledger.close(account)
      return { value, own }
    } finally {
      if (own === undefined) this.#ledger.close(account)
      if (--this.#running === 0) this.#end()
    }
  }

  /** Calls `work`. What it returns is awaited inside, because a thenable may begin its work only then. */
  #start<T>(account: Account, work: () => T | Promise<T>): Promise<T> {
    try {
      return this.#storage.run(account, async () => {
        this.#follower.enter(account)
        return await work()
      })
    } finally {
      this.#follower.resume()
    }
  }

  #begin(): void {
    this.#ledger.watchLoop(true)
    this.#unwatch = watchTurns({ listener: this.#follower, stored: true })
  }

  #end(): void {
    this.#unwatch()
    this.#ledger.watchLoop(false)
    this.#ledger.turn(0)
    // Where async_hooks propagate the storage, that has a price for as long as it is in use.
    this.#storage.disable()
  }
}

let measured: MeasuredWork | undefined

/** Runs work and returns its own CPU time with its value. Throws what the work throws. */
export function runAttributed<T>(work: () => T | Promise<T>): Promise<{ value: T; own?: OwnTime }> {
  measured ??= new MeasuredWork()
  return measured.run(work)
}
