import type { ReportProcess } from '../../../data.js'

/** Which spans a search finds: by name, by the beginning of an id, or by what their attributes say. */
export class Matches {
  /** False: all spans match. */
  readonly any: boolean
  readonly count: number
  readonly #found: Uint8Array

  constructor(spans: ReportProcess['spans'], query: string, name: number | undefined) {
    const text = query.trim().toLowerCase()
    this.any = text !== '' || name !== undefined
    this.#found = new Uint8Array(spans.name.length)
    let count = spans.name.length
    if (this.any) {
      count = 0
      const inName = Uint8Array.from(spans.names, (name) => Number(name.toLowerCase().includes(text)))
      for (let span = 0; span < spans.name.length; span++) {
        if (name !== undefined && spans.name[span] !== name) continue
        const found =
          inName[spans.name[span]!] === 1 ||
          spans.traceId[span]?.startsWith(text) ||
          spans.spanId[span]?.startsWith(text) ||
          spans.attributes[span]?.toLowerCase().includes(text)
        if (found) {
          this.#found[span] = 1
          count++
        }
      }
    }
    this.count = count
  }

  has = (span: number): boolean => !this.any || this.#found[span] === 1
}
