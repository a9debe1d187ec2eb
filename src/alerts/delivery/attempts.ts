import { performanceNow } from '../../clock.js'
import { ExponentialBackoff } from '../libraries/backoff.js'
import type { Alert } from '../types.js'
import { DeliveryFailure } from './failure.js'
import { Pause } from './pause.js'
import type { Sender } from './sender.js'

const longestMs = 60_000
const backoffOf = new ExponentialBackoff({ initialDelay: 500, maxDelay: longestMs })

/** Sends alerts, each until it succeeds, fails for good, or has been tried for long enough. */
export class Attempts {
  readonly #sender: Sender
  readonly #pause = new Pause()
  readonly #stop = new AbortController()
  #hurrying = false

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

  /** Why it failed; undefined if it did not. */
  async send(alert: Alert, queuedMs: number): Promise<DeliveryFailure | undefined> {
    const { limits, spacingMs } = this.#sender
    let backoff = backoffOf.next()
    for (;;) {
      try {
        await this.#sender.send(alert, { signal: this.#stop.signal, unref: !this.#hurrying })
        if (spacingMs > 0) await this.#pause.for(spacingMs)
        return undefined
      } catch (error) {
        const failure = asFailure(error)
        const isTooLate = performanceNow() - queuedMs >= limits.retryForMs
        if (!failure.isTemporary || isTooLate || this.aborted) return failure
        await this.#pause.for(Math.max(spread(backoff.duration), failure.retryAfterMs))
        if (this.aborted) return failure
        backoff = backoff.next(undefined)
      }
    }
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
