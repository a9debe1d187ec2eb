/** The one instance of each that a JavaScript thread has: its attribution, and the spans that began on it. */

import { type Context, createContextKey, TraceFlags, trace } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { type Keeper, type Kept, LocalSpan, type Thread } from './local-span.js'
import { OpenSpans, type SpanFacts } from './open-spans.js'
import { SpanAttribution } from './span-attribution.js'
import { SpanStamp } from './span-stamp.js'

export const attribution = new SpanAttribution(accountIn)

/** Key of a context value: the account that everything in the context counts for, whatever span is active in it. */
export const accountKey = createContextKey('spanmeter account')

const thread: Thread = { attribution, roots: { open: 0, begun: 0 } }

const open = new OpenSpans<LocalSpan>()
/** Whether any span has a stamp itself: hardly ever, and each look costs as much as the other one. */
let spansStamped = false

/** Called by each processor that sees a span begin, with what it keeps until the end. All of them share one `LocalSpan`. */
export function beginLocalSpan(span: SpanFacts, parentContext: Context, keeper: Keeper, kept: Kept): LocalSpan {
  const known = localSpanOf(span)
  if (known?.open && !known.isKeptBy(keeper)) {
    known.keep(keeper, kept)
    return known
  }
  const begun = new LocalSpan(thread, parentIn(parentContext))
  begun.keep(keeper, kept)
  // Others find it by its context. That of another open span has a stamp already.
  if (known?.open) spansStamped = true
  SpanStamp.put(known?.open ? span : span.spanContext(), begun)
  open.add(begun, span)
  return begun
}

/** All that are open, with what is known of each. */
export function* openSpans(): Iterable<readonly [span: SpanFacts, local: LocalSpan]> {
  for (const local of open.all) yield [open.factsOf(local)!, local]
}

/** What is known of a span that began on this thread, whether it is still open or not. */
export function localSpanOf(span: { spanContext(): object }): LocalSpan | undefined {
  return (spansStamped ? SpanStamp.on(span) : undefined) ?? SpanStamp.on(span.spanContext())
}

/** Hands out what a processor keeps for a span, once. */
export function takeKept(span: LocalSpan, keeper: Keeper): Kept | undefined {
  const kept = span.take(keeper)
  if (kept !== undefined && !span.isKept) open.remove(span)
  return kept
}

/** Drops all that a processor keeps for open spans; no other call of it follows. */
export function dropKept(keeper: Keeper): void {
  for (const span of open.all) {
    const kept = takeKept(span, keeper)
    if (kept === undefined) continue
    keeper.drop(kept)
    if (!span.isKept) span.end()
  }
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
  const span = trace.getSpan(context)
  if (span === undefined) return undefined
  const spanContext = span.spanContext()
  // A parent that somebody made by hand may lack anything.
  if (spanContext === undefined) return undefined
  const known = SpanStamp.on(spanContext)
  if (known !== undefined || spanContext.isRemote || !trace.isSpanContextValid(spanContext)) return known
  // One that is sampled, and records nothing here, was made by hand of what came from elsewhere.
  const isFromElsewhere = (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0 && !span.isRecording?.()
  return isFromElsewhere ? undefined : 'unknown'
}
