import { clearTimeout, setTimeout } from '../../clock.js'

/** A wait that keeps no process alive, and can be cut short. */
export class Pause {
  #timer: NodeJS.Timeout | undefined
  #end: () => void = () => {}

  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#end = resolve
      this.#timer = setTimeout(resolve, ms).unref()
    })
  }

  /** Whoever waits goes on now. */
  cutShort(): void {
    this.cancel()
    this.#end()
  }

  /** Nobody waits any more. */
  cancel(): void {
    clearTimeout(this.#timer)
  }
}
