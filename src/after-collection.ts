/**
 * Calls back some time after the garbage collector's next run over the whole heap. In the place of a timer, where nothing
 * is lost as long as memory is not needed: it is the garbage collector's work that waits for it, a timer would keep alive
 * what it calls, and test frameworks put their own in its place.
 */
export class AfterCollection {
  readonly #tokens: FinalizationRegistry<undefined>
  #awaited = false

  constructor(callback: () => void) {
    this.#tokens = new FinalizationRegistry(() => {
      this.#awaited = false
      callback()
    })
  }

  /** Calls back once, unless this object is collected as well. Does nothing if that is awaited already. */
  wait(): void {
    if (this.#awaited) return
    this.#awaited = true
    this.#tokens.register({}, undefined)
  }
}
