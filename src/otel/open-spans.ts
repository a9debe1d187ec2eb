/** A span that is open for this long may have been forgotten by the application. */
const agedMs = 10_000

/**
 * Which open span has which mark. Most spans are short: they are held until they end, which is much cheaper than a weak
 * reference. Those that stay open are held weakly after 10 to 20 s, so that a span that never ends is no leak.
 */
export class OpenSpans<Span extends object> {
  #young = new Map<Span, number>()
  #old = new Map<Span, number>()
  readonly #aged = new WeakMap<Span, number>()
  readonly #forgotten: FinalizationRegistry<number>
  readonly #drop: (mark: number) => void
  /** Made here and not with the first span, whose context it would keep alive. */
  readonly #timer = setTimeout(() => this.#age(), agedMs).unref()
  #timerRuns = true

  /** `drop` is told the marks of spans that will never be taken. */
  constructor(drop: (mark: number) => void) {
    this.#drop = drop
    this.#forgotten = new FinalizationRegistry(drop)
  }

  add(span: Span, mark: number): void {
    this.#young.set(span, mark)
    if (this.#timerRuns) return
    this.#timerRuns = true
    this.#timer.refresh()
  }

  /** The mark of a span, once; undefined for a span that is not open. */
  take(span: Span): number | undefined {
    const mark = this.#young.get(span)
    if (mark === undefined) return this.#takeOlder(span)
    this.#young.delete(span)
    return mark
  }

  /** Gives up all that are held; no other call follows. */
  close(): void {
    clearTimeout(this.#timer)
    for (const spans of [this.#young, this.#old]) {
      for (const mark of spans.values()) this.#drop(mark)
      spans.clear()
    }
  }

  #takeOlder(span: Span): number | undefined {
    const spans = this.#old.has(span) ? this.#old : this.#aged
    const mark = spans.get(span)
    spans.delete(span)
    if (spans === this.#aged && mark !== undefined) this.#forgotten.unregister(span)
    return mark
  }

  #age(): void {
    for (const [span, mark] of this.#old) {
      this.#aged.set(span, mark)
      this.#forgotten.register(span, mark, span)
    }
    this.#old = this.#young
    this.#young = new Map()
    this.#timerRuns = this.#old.size > 0
    if (this.#timerRuns) this.#timer.refresh()
  }
}
