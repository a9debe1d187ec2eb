import type { EssentialStats } from '../monitor.js'
import type { SpanShare } from './attributes.js'

/** Told what each sampled span cost when it ended. Must not throw, nor keep `stats`, which is filled again. */
export type SpanCostListener = (name: string, stats: EssentialStats, share: SpanShare) => void

const listeners = new Set<SpanCostListener>()

/** From now on `listener` is told of every span that a `ResourceSpanProcessor` of this thread measures, once. */
export function listenToSpanCosts(listener: SpanCostListener): void {
  listeners.add(listener)
}

export function ignoreSpanCosts(listener: SpanCostListener): void {
  listeners.delete(listener)
}

export const tellSpanCost: SpanCostListener = (name, stats, share) => {
  for (const listener of listeners) listener(name, stats, share)
}
