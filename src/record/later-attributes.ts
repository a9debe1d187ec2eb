import { IterableWeakSet } from '../sdk/iterable-weak-set.js'
import { processorsOf } from '../sdk/provider.js'

/** Whether processors beside the one that measures may add attributes to a span while it ends. */
export class LaterAttributes {
  /** The lists that have not been looked at: processors may still be added to them. Open spans keep theirs alive. */
  readonly #lists = new IterableWeakSet<readonly object[]>()
  #arePossible = false

  add(provider: object): void {
    this.#lists.add(processorsOf(provider))
  }

  /** To be asked when spans end. */
  get arePossible(): boolean {
    if (this.#lists.size > 0) {
      for (const processors of this.#lists) this.#arePossible ||= endingHooks(processors) > 1
      this.#lists.clear()
    }
    return this.#arePossible
  }
}

function endingHooks(processors: readonly object[]): number {
  return processors.filter((processor) => 'onEnding' in processor).length
}
