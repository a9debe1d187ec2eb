/** Rows that are taken until some moment, as a tree of minima: the topmost free one is found in logarithmic time. */
export class FreeRows {
  /** How many rows were ever taken. */
  count = 0
  #capacity = 16
  #until = new Float64Array(32).fill(Number.NEGATIVE_INFINITY)

  /** Takes the first rows from `lowest` on, `height` neighbours, that are free at a moment, until another. */
  take(lowest: number, from: number, until: number, height = 1): number {
    let first = this.#nextFree(lowest, from)
    for (let row = first + 1; row < first + height; row++) {
      const free = this.#nextFree(row, from)
      if (free > row) first = row = free
    }
    while (first + height > this.#capacity) this.#grow()
    for (let row = first; row < first + height; row++) this.#set(row, until)
    this.count = Math.max(this.count, first + height)
    return first
  }

  /** Rows beyond the capacity were never taken. */
  #nextFree(lowest: number, from: number): number {
    const row = this.#firstFree(1, 0, this.#capacity, lowest, from)
    return row < 0 ? Math.max(lowest, this.#capacity) : row
  }

  #firstFree(node: number, first: number, end: number, lowest: number, from: number): number {
    if (end <= lowest || this.#until[node]! > from) return -1
    if (end - first === 1) return first
    const middle = (first + end) >>> 1
    const left = this.#firstFree(2 * node, first, middle, lowest, from)
    return left >= 0 ? left : this.#firstFree(2 * node + 1, middle, end, lowest, from)
  }

  #set(row: number, until: number): void {
    let node = row + this.#capacity
    this.#until[node] = until
    for (node >>>= 1; node > 0; node >>>= 1) {
      this.#until[node] = Math.min(this.#until[2 * node]!, this.#until[2 * node + 1]!)
    }
  }

  #grow(): void {
    const old = this.#until.subarray(this.#capacity)
    this.#capacity *= 2
    this.#until = new Float64Array(2 * this.#capacity).fill(Number.NEGATIVE_INFINITY)
    this.#until.set(old, this.#capacity)
    for (let node = this.#capacity - 1; node > 0; node--) {
      this.#until[node] = Math.min(this.#until[2 * node]!, this.#until[2 * node + 1]!)
    }
  }
}
