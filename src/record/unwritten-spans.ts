import type { OpenLine, RecordedSpan, SpansLine } from './lines.js'

/** So many are written at once: more would take a while of the event loop. */
const most = 500

/** Spans that ended, and those that are open, as far as they are not written yet. */
export class UnwrittenSpans {
  #ended: RecordedSpan[] = []
  readonly #onAdd: (isFull: boolean) => void
  readonly #takeOpen = new Set<() => RecordedSpan[]>()

  /** `onAdd` is called when a span has ended; `isFull`: whether to take them now. */
  constructor(onAdd: (isFull: boolean) => void) {
    this.#onAdd = onAdd
  }

  add(span: RecordedSpan): void {
    this.#ended.push(span)
    this.#onAdd(this.#ended.length >= most)
  }

  /** `takeOpen` returns those that are open, each once. Returns the function that ends it. */
  alsoOpen(takeOpen: () => RecordedSpan[]): () => void {
    this.#takeOpen.add(takeOpen)
    return () => this.#takeOpen.delete(takeOpen)
  }

  /** Undefined if none ended since it was last asked. */
  takeEnded(): SpansLine | undefined {
    if (this.#ended.length === 0) return undefined
    const spans = this.#ended
    this.#ended = []
    return { kind: 'spans', spans }
  }

  /** Undefined if none is open that was not when it was last asked. */
  takeOpen(): OpenLine | undefined {
    const spans = [...this.#takeOpen].flatMap((take) => take())
    return spans.length === 0 ? undefined : { kind: 'open', spans }
  }
}

/** As `describe` has each; what a program did to one of them must not end the recording. */
export function described<T>(items: Iterable<T>, describe: (item: T) => RecordedSpan): RecordedSpan[] {
  return Array.from(items).flatMap((item) => {
    try {
      return [describe(item)]
    } catch {
      return []
    }
  })
}
