import { show } from '../options.js'

const maxLength = 200

/** Names of spans as values of an attribute: a bounded number of them, of bounded length. */
export class SpanNames {
  readonly #max: number
  readonly #known = new Map<string, string>()

  constructor(max: number) {
    this.#max = max
  }

  /** The name to tell, cut off after 200 characters; undefined for one of those beyond the limit. */
  tell(name: string): string | undefined {
    // Nobody keeps JavaScript from naming a span otherwise.
    const text = typeof name === 'string' ? name : show(name)
    const told = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
    const known = this.#known.get(told)
    if (known !== undefined || this.#known.size >= this.#max) return known
    const copy = copyOf(told)
    this.#known.set(copy, copy)
    return copy
  }
}

/** V8 makes a part of a string a view on the whole, which would stay with it. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
