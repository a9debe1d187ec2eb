/** What a thread works for: a span, or work that is being measured. */
export class Account {
  /** Names it on the native side. */
  readonly handle: number
  #open = true
  /** Once this one is closed: open at that time, or nobody. So no chain of closed ones grows. */
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

  /** This one, or after it was closed the nearest one above that is open: whoever goes on there works for that. */
  get nearestOpen(): Account | undefined {
    if (this.#open) return this
    let above = this.#parent
    while (above !== undefined && !above.#open) above = above.#parent
    this.#parent = above
    return above
  }
}
