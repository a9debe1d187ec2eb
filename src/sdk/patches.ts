import { IterableWeakSet } from './iterable-weak-set.js'

type Restore = () => void

/** How to restore the methods of others that were replaced. Does not keep the objects alive that have these methods. */
export class Patches {
  readonly #targets = new IterableWeakSet<object>()
  readonly #restores = new WeakMap<object, Restore[]>()

  /** `restore` must leave a method of the target alone that somebody else has wrapped since. */
  add(target: object, restore: Restore): void {
    const restores = this.#restores.get(target)
    if (restores !== undefined) restores.push(restore)
    else {
      this.#targets.add(target)
      this.#restores.set(target, [restore])
    }
  }

  undo(): void {
    for (const target of this.#targets) {
      for (const restore of this.#restores.get(target)!.splice(0)) {
        try {
          restore()
        } catch {
          // The object was frozen meanwhile. Our method stays there, and only passes on.
        }
      }
    }
  }
}
