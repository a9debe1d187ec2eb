import { createRequire } from 'node:module'
import type { SpanCostListener } from '../../dist/otel/span-costs.js'

interface SpanCosts {
  publishSpanCost: SpanCostListener
}

/** Publishes the cost of a span, as a processor does. Of the package's own copy, not one that the test runner made of it. */
export const { publishSpanCost } = createRequire(__filename)('../../dist/otel/span-costs.js') as SpanCosts

export const aSpan = { durationMs: 10, samples: 1, coverage: 1, cpu: { timeMs: 3, avg: 30, min: 30, max: 30 } }
