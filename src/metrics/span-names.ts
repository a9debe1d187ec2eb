const maxLength = 200

/** Names of spans as values of an attribute: a bounded number of them, of bounded length. */
export class SpanNames {
  readonly #max: number
  readonly #known = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  /** The name to tell, cut off after 200 characters; undefined for one of those beyond the limit. */
  tell(name: string): string | undefined {
    const told = name.length > maxLength ? `${name.slice(0, maxLength)}…` : name
    if (this.#known.has(told)) return told
    if (this.#known.size >= this.#max) return undefined
    this.#known.add(told)
    return told
  }
}
