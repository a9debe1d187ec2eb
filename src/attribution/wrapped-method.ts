/** Where a function that we put in the place of another one keeps that. The same in all copies of this package. */
export const original: unique symbol = Symbol.for('spanmeter original')

type Method = (this: never, ...args: never[]) => unknown
export type Wrapped = Method & { [original]?: Wrapped }

/** Whether a wrapper is this function, or one that it calls as far as copies of this package have wrapped each other. */
export function isReached(from: Wrapped | undefined, wrapper: Wrapped): boolean {
  let one = from
  while (one !== undefined && one !== wrapper) one = one[original]
  return one === wrapper
}

/** Takes a wrapper out from below `top`, which another copy of this package has put there. False where somebody else has. */
export function takeOutBelow(top: Wrapped | undefined, wrapper: Wrapped): boolean {
  for (let above = top; above !== undefined; above = above[original]) {
    if (above[original] !== wrapper) continue
    above[original] = wrapper[original]!
    return true
  }
  return false
}

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
    } else if (takeOutBelow(top, this.#wrapper)) {
      this.#inPlace = false
    }
  }
}
