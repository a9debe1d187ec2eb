/** How to restore the methods of others that were replaced. */
export class Patches {
  #restore: (() => void)[] = []

  /** `restore` must leave a method alone that somebody else has wrapped since. */
  add(restore: () => void): void {
    this.#restore.push(restore)
  }

  undo(): void {
    for (const restore of this.#restore.splice(0)) {
      try {
        restore()
      } catch {
        // The object was frozen meanwhile. Our method stays there, and only passes on.
      }
    }
  }
}
