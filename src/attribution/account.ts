/** What a thread works for: a span, work that is being measured, or a component of tracing. */
export class Account {
  /** Identifies it on the native side. */
  readonly handle: number
  #open = true
  /**
   * The account above. When this one closes, the nearest open one takes its place: closed ones form no growing chain.
   */
  #parent: Account | undefined

  constructor(handle: number, parent: Account | undefined) {
    this.handle = handle
    this.#parent = parent
  }

  get open(): boolean {
    return this.#open
  }

  close(): void {
    this.#open = false
    this.#parent = this.#parent?.nearestOpen
  }

  /** The handle to turn to; 0 when neither this one nor any above is open. */
  get openHandle(): number {
    return this.#open ? this.handle : (this.nearestOpen?.handle ?? 0)
  }

  /** This one; once it is closed, the nearest one above that is open, for which work that goes on there counts. */
  get nearestOpen(): Account | undefined {
    if (this.#open) return this
    let above = this.#parent
    while (above !== undefined && !above.#open) above = above.#parent
    this.#parent = above
    return above
  }
}
