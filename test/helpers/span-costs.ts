import { createRequire } from 'node:module'
import type { SpanCostListener } from '../../dist/otel/span-costs.js'

interface SpanCosts {
  publishSpanCost: SpanCostListener
}

/** The package's own copy, not one that the test runner made of it. */
const costs = createRequire(__filename)('../../dist/otel/span-costs.js') as SpanCosts

/** Publishes the cost of a span, as a processor does. */
export function publishSpanCost(...[name, stats, share]: DropLast<Parameters<SpanCostListener>>): void {
  costs.publishSpanCost(name, stats, share, { name })
}

type DropLast<T extends unknown[]> = T extends [...infer Others, unknown] ? Others : never

export const aSpan = { durationMs: 10, samples: 1, coverage: 1, cpu: { timeMs: 3, avg: 30, min: 30, max: 30 } }
