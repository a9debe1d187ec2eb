import { AsyncLocalStorage } from 'node:async_hooks'
import type { Account } from './account.js'
import type { TurnFollower } from './contexts.js'
import { Ledger, type OwnTime } from './ledger.js'
import { followTurns } from './turn-follower.js'
import { measuredTurns } from './turn-records.js'
import { watchTurns } from './turns.js'

/** The own CPU time of measured pieces of work on this thread. Hooks are installed while one of them runs. */
class MeasuredWork {
  readonly #ledger = new Ledger()
  readonly #storage = new AsyncLocalStorage<Account | undefined>()
  readonly #follower: TurnFollower<Account | null>
  #running = 0
  #unwatch: () => void = () => {}

  constructor() {
    measuredTurns.add(this.#ledger)
    this.#follower = followTurns(this.#ledger, {
      active: () => this.#storage.getStore() ?? null,
      handleOf: (account) => account?.openHandle ?? 0,
      isNew: () => false,
      section: { current: 0 },
      // A storage of our own does not fail.
      fail: () => {},
    })
  }

  /** `own` is undefined when too many are running, or the thread's clock cannot be read. */
  async run<T>(work: () => T | Promise<T>): Promise<{ value: T; own?: OwnTime }> {
    // The thread's clock is read at both ends, as it is for the window: nothing of the own time is a guess then.
    this.#ledger.sums()
    const account = this.#ledger.open(this.#storage.getStore()?.nearestOpen)
    if (account === undefined) return { value: await work() }
    if (this.#running++ === 0) this.#begin()
    let closed = false
    const close = () => {
      closed = true
      this.#ledger.sums()
      return this.#ledger.close(account)
    }
    try {
      const value = await this.#start(account, work)
      const own = close()
      return own === undefined ? { value } : { value, own }
    } finally {
      if (!closed) close()
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
