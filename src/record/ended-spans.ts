import type { RecordedSpan, SpansLine } from './lines.js'

/** So many are written at once: more would take a while of the event loop. */
const most = 500

/** Spans that ended and are not written yet. */
export class EndedSpans {
  #spans: RecordedSpan[] = []
  readonly #onAdd: (isFull: boolean) => void

  /** `onAdd` is called with each span; `isFull`: whether to take them now. */
  constructor(onAdd: (isFull: boolean) => void) {
    this.#onAdd = onAdd
  }

  add(span: RecordedSpan): void {
    this.#spans.push(span)
    this.#onAdd(this.#spans.length >= most)
  }

  /** Undefined if none ended since it was last asked. */
  take(): SpansLine | undefined {
    if (this.#spans.length === 0) return undefined
    const spans = this.#spans
    this.#spans = []
    return { kind: 'spans', spans }
  }
}
