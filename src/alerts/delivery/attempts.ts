import { performanceNow } from '../../clock.js'
import { ExponentialBackoff } from '../libraries/backoff.js'
import type { Alert } from '../types.js'
import { DeliveryFailure } from './failure.js'
import { Pause } from './pause.js'
import type { Sender } from './sender.js'

const longestMs = 60_000
const backoffOf = new ExponentialBackoff({ initialDelay: 500, maxDelay: longestMs })
type Backoff = ReturnType<typeof backoffOf.next>

/** How an attempt ended: `delivered`, `later` if it is to be sent again, or why it failed for good. */
export type Outcome = 'delivered' | 'later' | DeliveryFailure

/** The other alerts of a channel. */
export interface Others {
  wait(): boolean
  /** Whether the next to be sent is one that the receiver has not failed at. */
  isUntriedNext(): boolean
}

/** Sends alerts, each until it succeeds, fails for good, or has been tried for long enough. */
export class Attempts {
  readonly #sender: Sender
  readonly #pause = new Pause()
  readonly #stop = new AbortController()
  /** By how long an alert was waited for last. */
  readonly #backoffs = new WeakMap<Alert, Backoff>()
  #hurrying = false
  #mayYield = false

  constructor(sender: Sender) {
    this.#sender = sender
  }

  /** Nothing is sent any more. */
  get aborted(): boolean {
    return this.#stop.signal.aborted
  }

  /** From now on the process waits for what is sent, until the signal is aborted. */
  hurry(signal: AbortSignal): void {
    this.#hurrying = true
    signal.addEventListener('abort', () => {
      this.#stop.abort()
      this.#pause.cutShort()
    })
    this.#pause.cutShort()
  }

  /**
   * Resolves after as many attempts as it takes, or with `later` where the receiver failed at this alert and another is to be
   * tried: at once if it has not failed at that one, else when it is time for an attempt.
   */
  async send(alert: Alert, queuedMs: number, others: Others): Promise<Outcome> {
    const { limits, spacingMs } = this.#sender
    for (;;) {
      try {
        await this.#sender.send(alert, { signal: this.#stop.signal, unref: !this.#hurrying })
        if (spacingMs > 0) await this.#pause.for(spacingMs)
        return 'delivered'
      } catch (error) {
        const failure = asFailure(error)
        const isTooLate = performanceNow() - queuedMs >= limits.retryForMs
        if (!failure.isTemporary || isTooLate || this.aborted) return failure
        if (failure.isOfAlert && others.isUntriedNext()) {
          if (spacingMs > 0) await this.#pause.for(spacingMs)
          return 'later'
        }
        this.#mayYield = failure.isOfAlert
        await this.#pause.for(Math.max(spread(this.#nextDelayMs(alert)), failure.retryAfterMs))
        this.#mayYield = false
        if (this.aborted) return failure
        if (failure.isOfAlert && others.wait()) return 'later'
      }
    }
  }

  /** Another alert waits now: it need not wait for one that the receiver fails at. */
  yield(): void {
    if (this.#mayYield) this.#pause.cutShort()
  }

  #nextDelayMs(alert: Alert): number {
    const backoff = this.#backoffs.get(alert)?.next(undefined) ?? backoffOf.next()
    this.#backoffs.set(alert, backoff)
    return backoff.duration
  }
}

/** The longest has no jitter: the processes that a receiver was gone for would all come back to it at once. */
function spread(ms: number): number {
  return ms < longestMs ? ms : longestMs * (1 - Math.random() / 4)
}

function asFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error
  return new DeliveryFailure(error instanceof Error ? error.name : 'failed', false)
}
