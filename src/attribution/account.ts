/** What a thread works for: a span, or work that is being measured. */
export class Account {
  /** Names it on the native side. */
  readonly handle: number
  /** False from the moment it was closed. */
  open = true
  #parent: Account | undefined

  constructor(handle: number, parent: Account | undefined) {
    this.handle = handle
    this.#parent = parent
  }

  /** The handle to turn to; 0 when neither this one nor any above is open. */
  get openHandle(): number {
    return this.open ? this.handle : (this.nearestOpen?.handle ?? 0)
  }

  /** This one, or after it was closed the nearest one above that is open: whoever goes on there works for that. */
  get nearestOpen(): Account | undefined {
    if (this.open) return this
    // Kept, so that a chain of closed ones is walked once and holds on to nothing.
    this.#parent = this.#parent?.nearestOpen
    return this.#parent
  }
}
