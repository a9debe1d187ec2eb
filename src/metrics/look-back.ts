const maxEntries = 2000

/** A counter over time: what it was at any moment between two looks, as if it grew evenly. */
export class CounterLog {
  #times: number[] = []
  #values: number[] = []

  push(timeMs: number, value: number): void {
    this.#times.push(timeMs)
    this.#values.push(value)
    if (this.#times.length > maxEntries) this.#thinOut(timeMs)
  }

  at(timeMs: number): number {
    const next = this.#firstFrom(timeMs)
    if (next === 0) return this.#values[0] ?? 0
    if (next === this.#times.length) return this.#values[next - 1]!
    const [before, after] = [this.#times[next - 1]!, this.#times[next]!]
    const [low, high] = [this.#values[next - 1]!, this.#values[next]!]
    return low + ((high - low) * (timeMs - before)) / (after - before)
  }

  #firstFrom(timeMs: number): number {
    let [low, high] = [0, this.#times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#times[middle]! < timeMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Of long ago, entries a hundredth of their age apart are enough: some thousand for a day. */
  #thinOut(nowMs: number): void {
    const [times, values] = [this.#times, this.#values]
    let laterMs = Number.POSITIVE_INFINITY
    const kept = times
      .map((_, i) => times.length - 1 - i)
      .filter((i) => {
        if (i > 0 && laterMs - times[i]! < (nowMs - times[i]!) / 100) return false
        laterMs = times[i]!
        return true
      })
      .reverse()
    this.#times = kept.map((i) => times[i]!)
    this.#values = kept.map((i) => values[i]!)
  }
}

const maxReaders = 100
/** What happened in less than this cannot be told from noise. */
const minWindowMs = 100

/**
 * How far back to look for whoever reads: to the same reader's last look. So nothing between two looks is lost, and no
 * reader takes it from another. Those that cannot be told from each other look back a fixed time, and further where none
 * of them looked for longer.
 */
export class LookBack {
  readonly #windowMs: number
  readonly #beganMs: number
  /** Of each reader, the one first that looked longest ago. Those without a name are one. */
  readonly #lastMs = new Map<string | undefined, number>()

  constructor(windowMs: number, nowMs: number) {
    this.#windowMs = windowMs
    this.#beganMs = nowMs
  }

  /** From when on to tell, in ms. `reader`: a name for it, if it has one. */
  look(nowMs: number, reader: string | undefined): number {
    const lastMs = this.#lastMs.get(reader) ?? nowMs - this.#windowMs
    this.#lastMs.delete(reader)
    this.#lastMs.set(reader, nowMs)
    if (this.#lastMs.size > maxReaders) this.#lastMs.delete(this.#lastMs.keys().next().value)
    const leastMs = reader === undefined ? this.#windowMs : minWindowMs
    return Math.max(this.#beganMs, Math.min(lastMs, nowMs - leastMs))
  }
}
