import type { EssentialStats } from '../monitor.js'
import { exceedsMemory, isCpuBound, type SpanShare } from './attributes.js'
import type { ProcessorRules } from './options.js'

/** Whether a span gets attributes, by `when` and `minDurationMs`. */
export function isWanted(stats: EssentialStats, share: SpanShare, rules: ProcessorRules): boolean {
  const { when, minDurationMs } = rules
  const longEnough = stats.durationMs >= minDurationMs
  if (when === 'always') return longEnough
  if (minDurationMs > 0 && longEnough) return true
  return isCpuBound(stats, share, rules) || exceedsMemory(stats, rules)
}
