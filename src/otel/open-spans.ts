import { outside } from '../outside.js'

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
  /** The marks in `#aged`. */
  readonly #agedMarks = new Set<number>()
  readonly #forgotten: FinalizationRegistry<number>
  readonly #drop: (mark: number) => void
  #timer: NodeJS.Timeout | undefined

  /** `drop` is told the marks of spans that will never be taken. */
  constructor(drop: (mark: number) => void) {
    this.#drop = drop
    this.#forgotten = new FinalizationRegistry((mark) => {
      if (this.#agedMarks.delete(mark)) drop(mark)
    })
  }

  add(span: Span, mark: number): void {
    this.#young.set(span, mark)
    this.#timer ??= this.#later()
  }

  /** The mark of a span, once; undefined for a span that is not open. */
  take(span: Span): number | undefined {
    const mark = this.#young.get(span)
    if (mark === undefined) return this.#takeOlder(span)
    this.#young.delete(span)
    return mark
  }

  /** Gives up all that are open; no other call follows. */
  close(): void {
    clearTimeout(this.#timer)
    const marks = [...this.#young.values(), ...this.#old.values(), ...this.#agedMarks]
    this.#young.clear()
    this.#old.clear()
    this.#agedMarks.clear()
    for (const mark of marks) this.#drop(mark)
  }

  #takeOlder(span: Span): number | undefined {
    const mark = this.#old.get(span)
    if (mark !== undefined) {
      this.#old.delete(span)
      return mark
    }
    const aged = this.#aged.get(span)
    if (aged === undefined) return undefined
    this.#aged.delete(span)
    this.#forgotten.unregister(span)
    return this.#agedMarks.delete(aged) ? aged : undefined
  }

  #later(): NodeJS.Timeout {
    return outside(() => setTimeout(() => this.#age(), agedMs).unref())
  }

  #age(): void {
    for (const [span, mark] of this.#old) {
      this.#aged.set(span, mark)
      this.#agedMarks.add(mark)
      this.#forgotten.register(span, mark, span)
    }
    this.#old = this.#young
    this.#young = new Map()
    this.#timer = this.#old.size > 0 ? this.#later() : undefined
  }
}
