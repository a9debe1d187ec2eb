/** A counter over time: what it was at any moment between two looks, as if it grew evenly. */
export class CounterLog {
  readonly #times: number[] = []
  readonly #values: number[] = []

  push(timeMs: number, value: number): void {
    this.#times.push(timeMs)
    this.#values.push(value)
    // Half of them, evenly, are as good for times long ago.
    if (this.#times.length > 1000) for (const column of [this.#times, this.#values]) thinOut(column)
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
}

function thinOut(column: number[]): void {
  const kept = column.filter((_, index) => index % 2 === 0)
  column.splice(0, column.length, ...kept)
}

const maxReaders = 100
/** What happened in less than this cannot be told from noise. */
const minWindowMs = 100

/**
 * How far back to look for whoever reads: to the same reader's last look. So nothing between two looks is lost, and no
 * reader takes it from another. Who cannot be told from others looks back a fixed time.
 */
export class LookBack {
  readonly #windowMs: number
  readonly #beganMs: number
  /** Of each reader, the one first that looked longest ago. */
  readonly #lastMs = new Map<string, number>()

  constructor(windowMs: number, nowMs: number) {
    this.#windowMs = windowMs
    this.#beganMs = nowMs
  }

  /** From when on to tell, in ms. `reader`: a name for it, if it has one. */
  look(nowMs: number, reader: string | undefined): number {
    const lastMs = reader === undefined ? undefined : this.#lastMs.get(reader)
    if (reader !== undefined) {
      this.#lastMs.delete(reader)
      this.#lastMs.set(reader, nowMs)
      if (this.#lastMs.size > maxReaders) this.#lastMs.delete(this.#lastMs.keys().next().value!)
    }
    return Math.max(this.#beganMs, Math.min(lastMs ?? nowMs - this.#windowMs, nowMs - minWindowMs))
  }
}
