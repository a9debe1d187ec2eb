import { Stamp } from './stamp.js'

/** What a ledger calls each shared resource. */
interface ResourceNames {
  /** 0 for a resource that has no name. */
  of(resource: object): number
  put(resource: object, name: number): void
}

/** Names of one ledger, since each has its own. They are on the resources, and go with them. */
export function resourceNames(): ResourceNames {
  class Name extends Stamp {
    #name: number

    private constructor(resource: object, name: number) {
      super(resource)
      this.#name = name
    }

    static of(resource: object): number {
      return #name in resource ? resource.#name : 0
    }

    static put(resource: object, name: number): void {
      if (#name in resource) resource.#name = name
      else new Name(resource, name)
    }
  }
  return Name
}
