const maxEntries = 2000

/** A counter over time: its value at any moment, interpolated between two entries. */
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

  /** Old entries are kept at distances of a hundredth of their age, which is about a thousand entries for a day. */
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
/** What happens in a shorter window cannot be distinguished from noise. */
const minWindowMs = 100

/**
 * How far maxima and means reach back: to the last collection for the same reader. So nothing between two collections
 * is lost, and no reader takes it from another. For readers without a name they reach back a fixed time, or to the last
 * collection for any of these, if that is longer ago.
 */
export class LookBack {
  readonly #windowMs: number
  readonly #beganMs: number
  /** Time of the last collection for each reader, the oldest first. Readers without a name share an entry. */
  readonly #lastMs = new Map<string | undefined, number>()

  constructor(windowMs: number, nowMs: number) {
    this.#windowMs = windowMs
    this.#beganMs = nowMs
  }

  /** Where the window of a collection begins, in ms. `reader`: its name, if it has one. */
  windowStart(nowMs: number, reader: string | undefined): number {
    const lastMs = this.#lastMs.get(reader) ?? nowMs - this.#windowMs
    this.#lastMs.delete(reader)
    this.#lastMs.set(reader, nowMs)
    if (this.#lastMs.size > maxReaders) this.#lastMs.delete(this.#lastMs.keys().next().value)
    const leastMs = reader === undefined ? this.#windowMs : minWindowMs
    return Math.max(this.#beganMs, Math.min(lastMs, nowMs - leastMs))
  }
}
