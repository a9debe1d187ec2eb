import { known, number } from '../options.js'

export interface OverheadSamplerOptions {
  /** CPU time that tracing may take on the JavaScript thread, in percent of one core. Default 2. */
  budgetPercent?: number
  /** The share of traces that are sampled even if that is more than the budget has. Default 0.001. */
  minRatio?: number
  /** The share of traces that are sampled at most. Default 1. */
  maxRatio?: number
}

const names = ['budgetPercent', 'minRatio', 'maxRatio'] as const

export function checkSamplerOptions(options: OverheadSamplerOptions = {}): Required<OverheadSamplerOptions> {
  const { budgetPercent, minRatio, maxRatio } = known(options, names)
  const highest = number('maxRatio', maxRatio ?? 1, 0, 1)
  return {
    budgetPercent: number('budgetPercent', budgetPercent ?? 2, 0, 100),
    minRatio: number('minRatio', minRatio ?? Math.min(0.001, highest), 0, highest),
    maxRatio: highest,
  }
}
