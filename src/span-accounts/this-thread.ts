/** The one instance of each that a JavaScript thread has: its attribution, and the spans that began on it. */

import { type Context, createContextKey, trace } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { LocalSpan, type Thread } from './local-span.js'
import { SpanAttribution } from './span-attribution.js'
import { SpanStamp } from './span-stamp.js'

export const attribution = new SpanAttribution(accountIn)

/** Key of a context value: the account that everything in the context counts for, whatever span is active in it. */
export const accountKey = createContextKey('spanmeter account')

const thread: Thread = { attribution, roots: { open: 0, begun: 0 } }

/** Called by each processor that sees the span begin. All of them share one `LocalSpan`. */
export function beginLocalSpan(spanContext: object, parentContext: Context): LocalSpan {
  const known = SpanStamp.on(spanContext)
  if (known?.open) {
    known.users++
    return known
  }
  const begun = new LocalSpan(thread, parentIn(parentContext))
  SpanStamp.put(spanContext, begun)
  return begun
}

/** Called by a processor that does not wait for the end of the span any more. */
export function leaveLocalSpan(span: LocalSpan): void {
  if (--span.users === 0) span.end()
}

/** Whether something is kept of this span. */
export function isLocalSpan(span: { spanContext(): object }): boolean {
  return SpanStamp.on(span.spanContext()) !== undefined
}

/** The account of a context: its own, or that of the span that is active in it, if it began on this thread. */
function accountIn(context: Context): Account | undefined {
  const own = context.getValue(accountKey)
  if (own !== undefined) return own as Account
  const spanContext = trace.getSpanContext(context)
  return spanContext && SpanStamp.on(spanContext)?.account
}

/** The parent, in this process, of a span that begins in this context. */
function parentIn(context: Context): LocalSpan | 'unknown' | undefined {
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined) return undefined
  return SpanStamp.on(spanContext) ?? (spanContext.isRemote ? undefined : 'unknown')
}
