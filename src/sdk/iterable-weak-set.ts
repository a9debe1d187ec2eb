/** Objects of others that they may drop: they are not kept alive by being in here, and leave nothing behind. */
export class IterableWeakSet<T extends object> {
  readonly #references = new Set<WeakRef<T>>()
  readonly #collected = new FinalizationRegistry<WeakRef<T>>((reference) => this.#references.delete(reference))

  /** How many there are. Those that the garbage collector has found count until it has said so, a moment later. */
  get size(): number {
    return this.#references.size
  }

  /** Each object must be added only once. */
  add(object: T): void {
    const reference = new WeakRef(object)
    this.#references.add(reference)
    this.#collected.register(object, reference)
  }

  clear(): void {
    this.#references.clear()
  }

  /** Those that are left, in the order in which they were added. */
  *[Symbol.iterator](): Generator<T> {
    for (const reference of this.#references) {
      const object = reference.deref()
      if (object !== undefined) yield object
    }
  }
}
