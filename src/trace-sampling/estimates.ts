/** Recent events per second. */
export class Rate {
  #count = 0
  #timeMs = 0

  get perSecond(): number {
    return this.#timeMs === 0 ? 0 : (1000 * this.#count) / this.#timeMs
  }

  /**
   * `count` events came in the last `elapsedMs`. The mean reaches back for a second, or as far as it takes to have seen
   * about 30 events. If many more came than chance explains, it begins anew.
   */
  add(count: number, elapsedMs: number): void {
    const { perSecond } = this
    const expected = (perSecond * elapsedMs) / 1000
    if (count > 2 * expected + 4 * Math.sqrt(expected) + 8) {
      this.#count = count
      // A burst within a few milliseconds does not make a rate.
      this.#timeMs = Math.max(elapsedMs, 250)
      return
    }
    const reachMs = Math.min(Math.max(1000, 30_000 / perSecond), 30_000)
    const kept = Math.exp(-elapsedMs / reachMs)
    this.#count = this.#count * kept + count
    this.#timeMs = this.#timeMs * kept + elapsedMs
  }
}

/** A recent quotient: CPU time per span, spans per trace. */
export class Mean {
  readonly #reachMs: number
  readonly #enough: number
  #sum = 0
  #count = 0
  #sinceMs = 0

  /**
   * Old values fade over `reachMs`, but no faster than new ones replace them: `enough` is how many new ones it takes.
   */
  constructor(reachMs: number, enough: number) {
    this.#reachMs = reachMs
    this.#enough = enough
  }

  get known(): boolean {
    return this.#count > 0
  }

  /** 0 before the first value. */
  get value(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count
  }

  add(sum: number, count: number, elapsedMs: number): void {
    this.#sinceMs += elapsedMs
    if (count > 0) {
      const kept = Math.exp(-Math.min(this.#sinceMs / this.#reachMs, count / this.#enough))
      this.#sum *= kept
      this.#count *= kept
      this.#sinceMs = 0
    }
    this.#sum += sum
    this.#count += count
  }
}
