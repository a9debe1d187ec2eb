/** What was put in the place of others' methods, to be taken back. */
export class Patches {
  #restore: (() => void)[] = []

  /** `restore` leaves alone what somebody else wrapped again. */
  add(restore: () => void): void {
    this.#restore.push(restore)
  }

  undo(): void {
    for (const restore of this.#restore.splice(0)) {
      try {
        restore()
      } catch {
        // It was frozen meanwhile; ours passes on.
      }
    }
  }
}
