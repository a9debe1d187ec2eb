import type { RecordedSpan, SpansLine } from './lines.js'

/** So many are written at once: more would take a while of the event loop. */
const most = 500

/** Spans that ended and are not written yet. */
export class EndedSpans {
  #spans: RecordedSpan[] = []
  readonly #onAdd: (endMs: number, isFull: boolean) => void

  /** `onAdd` is called with the end of each span; `isFull`: whether to take them now. */
  constructor(onAdd: (endMs: number, isFull: boolean) => void) {
    this.#onAdd = onAdd
  }

  add(span: RecordedSpan): void {
    this.#spans.push(span)
    this.#onAdd(span.startMs + span.durationMs, this.#spans.length >= most)
  }

  /** Undefined if none ended since it was last asked. */
  take(): SpansLine | undefined {
    if (this.#spans.length === 0) return undefined
    const spans = this.#spans
    this.#spans = []
    return { kind: 'spans', spans }
  }
}
