import { executionAsyncId, triggerAsyncId } from 'node:async_hooks'

/**
 * What callbacks go back to: a client of HTTP may write the next request over a connection in an Immediate that it made
 * in a callback of that connection. Known for those that were made in this round of the event loop or the one before.
 */
export class Consequences<Cause> {
  /** By the async id of the callback. */
  #ofThisRound = new Map<number, Cause>()
  #ofLastRound = new Map<number, Cause>()

  /** The callback that runs now has this cause, and so has what it makes. */
  note(cause: Cause): void {
    this.#ofThisRound.set(executionAsyncId(), cause)
  }

  /** The cause of what made the callback that runs now; undefined where none is known. */
  find(): Cause | undefined {
    if (this.#ofThisRound.size === 0 && this.#ofLastRound.size === 0) return undefined
    const maker = triggerAsyncId()
    return this.#ofThisRound.get(maker) ?? this.#ofLastRound.get(maker)
  }

  forget(): void {
    this.#ofThisRound.clear()
    this.#ofLastRound.clear()
  }

  /** The event loop has begun another round. */
  nextRound(): void {
    const older = this.#ofLastRound
    this.#ofLastRound = this.#ofThisRound
    older.clear()
    this.#ofThisRound = older
  }
}
