import { clearInterval, performanceNow, setInterval } from '../clock.js'
import { outside } from '../outside.js'

const tickMs = 10

/** Blocks of the event loop, by a timer that is late. One began at most a tick before the timer was due. */
export class TimerBlocks {
  readonly #minMs: number
  readonly #listener: (startMs: number, endMs: number) => void
  #last = performanceNow()
  readonly #timer = outside(() => setInterval(() => this.look(), tickMs).unref())

  constructor(minMs: number, listener: (startMs: number, endMs: number) => void) {
    this.#minMs = minMs
    this.#listener = listener
  }

  knownUntil(): number {
    return this.#last
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Reports a block that goes on now as far as it has come, as when the program exits from it. */
  look(): void {
    const now = performanceNow()
    const due = this.#last + tickMs
    this.#last = now
    if (now - due >= Math.max(this.#minMs, tickMs)) this.#listener(due, now)
  }
}
