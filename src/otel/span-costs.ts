import type { EssentialStats } from '../monitor.js'
import type { LocalSpan } from '../span-accounts/local-span.js'
import type { SpanShare } from './attributes.js'

/**
 * Called with the cost of each sampled span when it ends, and the span itself. Must not throw, nor keep `stats`, which is
 * filled again.
 */
export type SpanCostListener = (name: string, stats: EssentialStats, share: SpanShare, span: object) => void

const listeners = new Set<SpanCostListener>()

/** From now on `listener` is called once for every span that a `ResourceSpanProcessor` of this thread measures. */
export function addSpanCostListener(listener: SpanCostListener): void {
  listeners.add(listener)
}

export function removeSpanCostListener(listener: SpanCostListener): void {
  listeners.delete(listener)
}

/** Whether anybody wants to know now. */
export function areCostsAwaited(): boolean {
  return listeners.size > 0
}

export const publishSpanCost: SpanCostListener = (name, stats, share, span) => {
  for (const listener of listeners) listener(name, stats, share, span)
}

/** Publishes the cost of a span once, however many processors measure it. */
export function reportCost(span: { name: string }, stats: EssentialStats, share: SpanShare, local: LocalSpan): void {
  if (local.costReported) return
  local.costReported = true
  publishSpanCost(span.name, stats, share, span)
}
