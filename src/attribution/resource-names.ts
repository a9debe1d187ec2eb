import { Stamp } from './stamp.js'

/** What one ledger calls each shared resource. Each ledger has names of its own. */
export function resourceNames() {
  /** The name is on the resource, and goes with it. */
  return class Name extends Stamp {
    #name: number

    private constructor(resource: object, name: number) {
      super(resource)
      this.#name = name
    }

    /** 0 for a resource that has none. */
    static of(resource: object): number {
      return #name in resource ? resource.#name : 0
    }

    static put(resource: object, name: number): void {
      if (#name in resource) resource.#name = name
      else new Name(resource, name)
    }
  }
}
