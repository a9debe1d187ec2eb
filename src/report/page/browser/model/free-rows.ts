/** Rows that are taken until some moment, as a tree of minima: the topmost free one is found in logarithmic time. */
export class FreeRows {
  /** How many rows were ever taken. */
  count = 0
  #capacity = 16
  #until = new Float64Array(32).fill(Number.NEGATIVE_INFINITY)

  /** Takes the first row from `lowest` on that is free at a moment, until another. */
  take(lowest: number, from: number, until: number): number {
    let row = this.#firstFree(1, 0, this.#capacity, lowest, from)
    if (row < 0) {
      row = Math.max(lowest, this.#capacity)
      while (row >= this.#capacity) this.#grow()
    }
    this.#set(row, until)
    this.count = Math.max(this.count, row + 1)
    return row
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
