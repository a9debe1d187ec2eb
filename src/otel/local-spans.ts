import { type Context, createContextKey, trace } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import type { OwnTime } from '../attribution/ledger.js'
import { SpanAttribution } from './span-attribution.js'

export const attribution = new SpanAttribution(accountIn)

/** In a context: the account that everything in it counts for, whatever span is active. */
export const accountKey = createContextKey('spanmeter account')

/** Root spans of this thread that are open, and how many ever began. */
const roots = { open: 0, begun: 0 }

/** What is known of a span that began on this thread beside its window. */
export class LocalSpan {
  /** Undefined where nothing is attributed. */
  readonly account: Account | undefined
  /** What the span itself ran. Told when it ended. */
  own: OwnTime | undefined
  /** Processors that still count on it. */
  users = 1
  open = true
  /** Those who listen to costs know it. */
  costTold = false
  /**
   * The span that it belongs to and that has no parent in this process; itself, if it has none. Undefined if its parent is
   * in this process, but not known.
   */
  readonly #root: LocalSpan | undefined
  readonly #beganShared: boolean
  readonly #failuresThen = attribution.failures
  /** Of `roots.begun`, when it began. */
  readonly #begunRoots: number
  #endedShared = false

  /** `parent`: `'unknown'` for one that is in this process, but not sampled. */
  constructor(parent: LocalSpan | 'unknown' | undefined) {
    const known = parent === 'unknown' ? undefined : parent
    this.account = attribution.open(known?.account)
    this.#root = known === undefined ? (parent === undefined ? this : undefined) : known.#root
    if (this.#root === this) {
      roots.open++
      roots.begun++
    }
    // An unknown root is most likely one of those that are open.
    const own = this.#root === undefined || this.#root.open ? 1 : 0
    this.#beganShared = roots.open > own
    this.#begunRoots = roots.begun
  }

  /** Whether another root span was open at any time while this one was. Told when it ended. */
  get shared(): boolean {
    return this.#beganShared || this.#endedShared
  }

  end(): void {
    if (!this.open) return
    this.open = false
    this.#endedShared = roots.begun > this.#begunRoots
    if (this.#root === this) roots.open--
    if (this.account === undefined) return
    const own = attribution.close(this.account)
    if (attribution.failures === this.#failuresThen) this.own = own
  }
}

/** By what `spanContext()` of the span returns, which wrappers of a span pass on. */
const spans = new WeakMap<object, LocalSpan>()

/** A processor was told of the beginning of a span. There may be others, which share what is kept of it. */
export function beginLocalSpan(spanContext: object, parentContext: Context): LocalSpan {
  const known = spans.get(spanContext)
  if (known?.open) {
    known.users++
    return known
  }
  const begun = new LocalSpan(parentIn(parentContext))
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
