import { isIP } from 'node:net'

/**
 * Whether a request was meant for this endpoint, by the host that it asks for. A page of the web may have a name that leads
 * to an address of this machine (DNS rebinding): the browser then lets it read the answer, but asks for that name. An
 * address is no name that somebody else could have, and `localhost` leads nowhere else.
 */
export class AskedHost {
  readonly #names: ReadonlySet<string>
  readonly #endings: readonly string[]

  /** `host` is where the endpoint listens. */
  constructor(host: string, allowed: readonly string[]) {
    this.#names = new Set(['localhost', host.toLowerCase(), ...allowed])
    this.#endings = ['.localhost', ...allowed.filter((name) => name.startsWith('.'))]
  }

  /** `header` is that of the request. No browser leaves it out, and Node.js refuses HTTP/1.1 without it. */
  allows(header: string | undefined): boolean {
    if (header === undefined || this.#names.has('*')) return true
    const [, address, named = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header) ?? []
    if (address !== undefined) return isIP(address) !== 0
    const name = named.toLowerCase().replace(/\.$/, '')
    return isIP(name) !== 0 || this.#names.has(name) || this.#endings.some((ending) => name.endsWith(ending))
  }
}
