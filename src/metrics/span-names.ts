import { show } from '../options.js'
import { beginningOf } from '../texts.js'

const maxLength = 200

/** Names of spans as values of an attribute or a label: a bounded number of names of bounded length. */
export class SpanNames {
  readonly #max: number
  readonly #known = new Map<string, string>()

  constructor(max: number) {
    this.#max = max
  }

  /** The name, cut off after 200 characters; undefined for names beyond the limit. */
  labelFor(name: string): string | undefined {
    // JavaScript code may give a span a name that is no string.
    const text = typeof name === 'string' ? name : show(name)
    const label = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
    const known = this.#known.get(label)
    if (known !== undefined || this.#known.size >= this.#max) return known
    const copy = beginningOf(label, label.length)
    this.#known.set(copy, copy)
    return copy
  }
}
