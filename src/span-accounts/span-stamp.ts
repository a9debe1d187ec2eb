import { Stamp } from '../attribution/stamp.js'
import type { LocalSpan } from './local-span.js'

/**
 * What is known of a span, on the object that its `spanContext()` returns: wrappers of a span return the same one. Where
 * that has the stamp of another span that is open, on the span.
 */
export class SpanStamp extends Stamp {
  #span: LocalSpan

  private constructor(spanContext: object, span: LocalSpan) {
    super(spanContext)
    this.#span = span
  }

  static put(spanContext: object, span: LocalSpan): void {
    if (#span in spanContext) spanContext.#span = span
    else new SpanStamp(spanContext, span)
  }

  /** Undefined for a span without a stamp. */
  static on(spanContext: object): LocalSpan | undefined {
    return #span in spanContext ? spanContext.#span : undefined
  }
}
