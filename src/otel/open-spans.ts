import { AfterCollection } from '../after-collection.js'

/**
 * Those with open spans. They are kept alive here: one that was collected with its processor would never hear of its
 * spans.
 */
const waiting = new Set<object>()

/**
 * What is kept for each open span. Most spans are short: they are held until they end, which is much cheaper than a
 * weak reference. Those that stay open while the garbage collector runs twice are held weakly, so that a span that never
 * ends is no leak.
 */
export class OpenSpans<Span extends object, Kept extends object> {
  #young = new Map<Span, Kept>()
  #old = new Map<Span, Kept>()
  readonly #aged = new WeakMap<Span, Kept>()
  /** The values of `#aged`, which cannot be enumerated. */
  readonly #agedKept = new Set<Kept>()
  readonly #forgotten: FinalizationRegistry<Kept>
  readonly #drop: (kept: Kept) => void
  readonly #collection = new AfterCollection(() => this.#age())
  /** Whether it is in `waiting`. */
  #waits = false

  /** `drop` is called with what was kept for each span that will never be taken. */
  constructor(drop: (kept: Kept) => void) {
    this.#drop = drop
    this.#forgotten = new FinalizationRegistry((kept) => {
      if (this.#release(kept)) drop(kept)
    })
  }

  add(span: Span, kept: Kept): void {
    this.#young.set(span, kept)
    if (!this.#waits) this.#wait()
  }

  /** Hands out what is kept for a span, once; undefined for a span that is not open. */
  take(span: Span): Kept | undefined {
    const kept = this.#young.get(span)
    if (kept === undefined) return this.#takeOlder(span)
    this.#young.delete(span)
    return kept
  }

  /** Drops all that are open; no other call follows. */
  close(): void {
    const all = [...this.#young.values(), ...this.#old.values(), ...this.#agedKept]
    this.#young.clear()
    this.#old.clear()
    this.#agedKept.clear()
    this.#waits = false
    waiting.delete(this)
    for (const kept of all) this.#drop(kept)
  }

  #takeOlder(span: Span): Kept | undefined {
    const kept = this.#old.get(span)
    if (kept !== undefined) {
      this.#old.delete(span)
      return kept
    }
    const aged = this.#aged.get(span)
    if (aged === undefined) return undefined
    this.#aged.delete(span)
    this.#forgotten.unregister(span)
    return this.#release(aged) ? aged : undefined
  }

  /** Returns whether it was still kept. */
  #release(aged: Kept): boolean {
    return this.#agedKept.delete(aged)
  }

  #wait(): void {
    this.#waits = true
    waiting.add(this)
    this.#collection.wait()
  }

  #age(): void {
    for (const [span, kept] of this.#old) {
      this.#aged.set(span, kept)
      this.#agedKept.add(kept)
      this.#forgotten.register(span, kept, span)
    }
    this.#old = this.#young
    this.#young = new Map()
    this.#waits = this.#old.size > 0 || this.#agedKept.size > 0
    if (this.#waits) this.#wait()
    else waiting.delete(this)
  }
}
