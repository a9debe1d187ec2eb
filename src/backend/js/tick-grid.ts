/**
 * Ticks at origin + k * period, in whole nanoseconds, so that they never drift. Ticks that passed while the loop was
 * busy are skipped and counted; there is no burst to catch up.
 */
export class TickGrid {
  readonly #period: number
  #due: number

  constructor(origin: number, period: number) {
    this.#period = period
    this.#due = origin
  }

  /** How long after the due tick `time` is; 0 before it. A timer may fire up to 1 ms early, its clock being coarse. */
  lateness(time: number): number {
    return Math.max(0, time - this.#due)
  }

  /** The due tick was taken at `time`: moves on to the first tick after it and returns how many passed untaken. */
  advance(time: number): number {
    const missed = Math.floor(this.lateness(time) / this.#period)
    this.#due += (missed + 1) * this.#period
    return missed
  }
}
