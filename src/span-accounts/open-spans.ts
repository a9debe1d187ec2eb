import { AfterCollection } from '../after-collection.js'

/** What names a span. */
export interface SpanFacts {
  readonly name: string
  readonly startTime: readonly [number, number]
  spanContext(): object
}

/** The same without the span, which is held weakly. A WeakRef would keep it until the code that made it has ended. */
function factsOf(span: SpanFacts): SpanFacts {
  const { name, startTime } = span
  const context = span.spanContext()
  return { name, startTime, spanContext: () => context }
}

/** A span that is open: a link in a ring of them, so that coming and going costs no allocation. */
export class OpenSpan {
  /** Held as long as it is a link. */
  span: SpanFacts | undefined
  #previous: OpenSpan = this
  #next: OpenSpan = this

  get next(): OpenSpan {
    return this.#next
  }

  link(head: OpenSpan): void {
    const next = head.#next
    this.#previous = head
    this.#next = next
    next.#previous = this
    head.#next = this
  }

  unlink(): void {
    this.#previous.#next = this.#next
    this.#next.#previous = this.#previous
    this.#previous = this.#next = this
  }

  /** The span will never end: the garbage collector has found it. */
  forget(): void {}
}

/**
 * The spans of this thread that are open. Most spans are short: they are held until they end, which is much cheaper than
 * a weak reference. Those that stay open while the garbage collector runs twice are held weakly, so that a span that never
 * ends is no leak.
 */
export class OpenSpans<Open extends OpenSpan> {
  #young = new OpenSpan()
  #old = new OpenSpan()
  readonly #aged = new Map<Open, SpanFacts>()
  readonly #forgotten = new FinalizationRegistry<Open>((open) => {
    if (this.#aged.delete(open)) open.forget()
  })
  readonly #collection = new AfterCollection(() => this.#age())

  add(open: Open, span: SpanFacts): void {
    open.span = span
    open.link(this.#young)
    this.#collection.wait()
  }

  /** To be called once for each. */
  remove(open: Open): void {
    if (open.span !== undefined) {
      open.span = undefined
      open.unlink()
    } else if (this.#aged.delete(open)) {
      this.#forgotten.unregister(open)
    }
  }

  get all(): Open[] {
    return [...linksOf<Open>(this.#young), ...linksOf<Open>(this.#old), ...this.#aged.keys()]
  }

  /** Undefined for one that is not open. */
  factsOf(open: Open): SpanFacts | undefined {
    return open.span ?? this.#aged.get(open)
  }

  #age(): void {
    for (const open of linksOf<Open>(this.#old)) {
      this.#aged.set(open, factsOf(open.span!))
      this.#forgotten.register(open.span!, open, open)
      open.span = undefined
      open.unlink()
    }
    ;[this.#young, this.#old] = [this.#old, this.#young]
    if (this.#old.next !== this.#old) this.#collection.wait()
  }
}

/** A copy: links may go meanwhile. */
function linksOf<Open extends OpenSpan>(head: OpenSpan): Open[] {
  const links: Open[] = []
  for (let link = head.next; link !== head; link = link.next) links.push(link as Open)
  return links
}
