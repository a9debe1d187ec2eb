/** The one instance of each that a JavaScript thread has: its attribution, and the spans that began on it. */

import { type Context, createContextKey, trace } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { LocalSpan, type Thread } from './local-span.js'
import { SpanAttribution } from './span-attribution.js'

export const attribution = new SpanAttribution(accountIn)

/** In a context: the account that everything in it counts for, whatever span is active. */
export const accountKey = createContextKey('spanmeter account')

const thread: Thread = { attribution, roots: { open: 0, begun: 0 } }

/** By what `spanContext()` of the span returns, which wrappers of a span pass on. */
const spans = new WeakMap<object, LocalSpan>()

/** A processor was told of the beginning of a span. There may be others, which share what is kept of it. */
export function beginLocalSpan(spanContext: object, parentContext: Context): LocalSpan {
  const known = spans.get(spanContext)
  if (known?.open) {
    known.users++
    return known
  }
  const begun = new LocalSpan(thread, parentIn(parentContext))
  spans.set(spanContext, begun)
  return begun
}

/** A processor does not wait for its end any more. */
export function leaveLocalSpan(span: LocalSpan): void {
  if (--span.users === 0) span.end()
}

/** Whether something is kept of this span. */
export function isLocalSpan(span: { spanContext(): object }): boolean {
  return spans.has(span.spanContext())
}

/** The account of a context: its own, or that of the span that is active in it, if it began on this thread. */
function accountIn(context: Context): Account | undefined {
  const own = context.getValue(accountKey)
  if (own !== undefined) return own as Account
  const spanContext = trace.getSpanContext(context)
  return spanContext && spans.get(spanContext)?.account
}

/** What a span that begins in this context has above it in this process. */
function parentIn(context: Context): LocalSpan | 'unknown' | undefined {
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined) return undefined
  return spans.get(spanContext) ?? (spanContext.isRemote ? undefined : 'unknown')
}
