/** Samples of a thread, as columns: a value, in % of one core, is for the time since the one before it. */
interface Sampled {
  time: Float64Array
  thread: { avg: ArrayLike<number> & { every(check: (value: number) => boolean): boolean } }
}

/** CPU time of the JavaScript thread between two moments, from the samples, in ms; NaN where there are none. */
export class ThreadTime {
  readonly #time: Float64Array
  /** CPU time from the first sample until each. */
  readonly #used: Float64Array

  constructor({ time, thread }: Sampled) {
    this.#time = time
    this.#used = new Float64Array(time.length)
    for (let i = 1; i < time.length; i++) {
      const percent = thread.avg[i]!
      this.#used[i] = this.#used[i - 1]! + ((Number.isNaN(percent) ? 0 : percent) / 100) * (time[i]! - time[i - 1]!)
    }
    if (thread.avg.every(Number.isNaN)) this.#used.fill(Number.NaN)
  }

  get totalMs(): number {
    return this.#used.at(-1) ?? Number.NaN
  }

  /** When the last sample was taken; NaN where there are none. */
  get endMs(): number {
    return this.#time.at(-1) ?? Number.NaN
  }

  between(startMs: number, endMs: number): number {
    return Math.min(endMs - startMs, this.#at(endMs) - this.#at(startMs))
  }

  #at(ms: number): number {
    let [low, high] = [0, this.#time.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#time[middle]! < ms) low = middle + 1
      else high = middle
    }
    if (low === 0) return this.#used[0] ?? Number.NaN
    if (low === this.#time.length) return this.totalMs
    const [left, right] = [this.#time[low - 1]!, this.#time[low]!]
    const [before, after] = [this.#used[low - 1]!, this.#used[low]!]
    return before + ((after - before) * (ms - left)) / (right - left)
  }
}
