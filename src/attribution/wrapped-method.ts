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

/** What a wrapper knows of its place. */
export interface Place {
  /** What it is in the place of. */
  readonly original: Method
  /** Whether another one has not taken its part: then it only passes on. */
  readonly isCurrent: boolean
}

/** A method of an object that is not ours, with a wrapper of ours around it now and then. */
export class WrappedMethod<Name extends string> {
  readonly #target: Record<Name, Wrapped>
  readonly #name: Name
  readonly #make: (place: Place) => Method
  /** Mostly one for the life of the process: what V8 has optimized for it would be slower for both with another. */
  #wrapper: Wrapped | undefined
  #inPlace = false

  constructor(target: object, name: Name, make: (place: Place) => Method) {
    this.#target = target as Record<Name, Wrapped>
    this.#name = name
    this.#make = make
  }

  /**
   * Whoever has wrapped the method since the last time may have kept our wrapper, and call it: above them goes a new one, or
   * the two would call each other.
   */
  putInPlace(): void {
    if (this.#inPlace) return
    const below = this.#target[this.#name]
    const wrapper = this.#wrapper?.[original] === below ? this.#wrapper! : this.#newAbove(below)
    this.#wrapper = wrapper
    this.#target[this.#name] = wrapper
    this.#inPlace = true
  }

  /** If somebody else has wrapped ours meanwhile, it stays. Another copy of this package lets it go. */
  takeOut(): void {
    if (!this.#inPlace) return
    const top = this.#target[this.#name]
    if (top === this.#wrapper) {
      this.#target[this.#name] = this.#wrapper[original]!
      this.#inPlace = false
    } else if (takeOutBelow(top, this.#wrapper!)) {
      this.#inPlace = false
    }
  }

  #newAbove(below: Wrapped): Wrapped {
    const isCurrent = () => this.#wrapper === wrapper
    const wrapper: Wrapped = this.#make({
      get original() {
        return wrapper[original]!
      },
      get isCurrent() {
        return isCurrent()
      },
    })
    wrapper[original] = below
    return wrapper
  }
}
