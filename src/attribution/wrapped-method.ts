/** Where a function that we put in the place of another one keeps that. The same in all copies of this package. */
const original = Symbol.for('spanmeter original')

type Method = (this: unknown, ...args: never[]) => unknown
type Wrapped = Method & { [original]?: Wrapped }

/** A method of an object that is not ours, with a wrapper of ours around it now and then. */
export class WrappedMethod<Name extends string> {
  readonly #target: Record<Name, Wrapped>
  readonly #name: Name
  /** One function for the life of the process, because others may keep it. */
  readonly #wrapper: Wrapped
  #inPlace = false

  constructor(target: object, name: Name, wrapper: Method) {
    this.#target = target as Record<Name, Wrapped>
    this.#name = name
    this.#wrapper = wrapper
  }

  /** What the wrapper is in the place of. */
  get original(): Method {
    return this.#wrapper[original]!
  }

  putInPlace(): void {
    if (this.#inPlace) return
    this.#wrapper[original] = this.#target[this.#name]
    this.#target[this.#name] = this.#wrapper
    this.#inPlace = true
  }

  /** If somebody else has wrapped ours meanwhile, it stays. Another copy of this package lets it go. */
  takeOut(): void {
    if (!this.#inPlace) return
    const top = this.#target[this.#name]
    if (top === this.#wrapper) {
      this.#target[this.#name] = this.#wrapper[original]!
      this.#inPlace = false
      return
    }
    for (let above: Wrapped | undefined = top; above !== undefined; above = above[original]) {
      if (above[original] !== this.#wrapper) continue
      above[original] = this.#wrapper[original]!
      this.#inPlace = false
      return
    }
  }
}
