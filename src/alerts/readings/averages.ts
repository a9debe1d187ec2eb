import type { Averages, Mean } from './averaged.js'
import { factorOf, type Limit } from './sampled.js'

export type AveragedValue = 'cpu' | 'thread' | 'memory'

/** Means of what is sampled. */
export function averagesOf(key: AveragedValue, limit: Limit): Averages {
  return {
    mean(stats) {
      const factor = factorOf(stats, limit)
      const values = stats[key]
      if (values === undefined || factor === undefined) return undefined
      // Of the thread there is no minimum.
      const low = 'min' in values ? values.min : 0
      return { value: values.avg * factor, low: low * factor, high: values.max * factor }
    },
    isShare: false,
  }
}

export const waiting: Averages = {
  mean: ({ thread, durationMs }) => share(thread?.waitMs, durationMs),
  isShare: true,
}
export const throttled: Averages = {
  mean: ({ cgroup, durationMs }) => share(cgroup?.throttledMs, durationMs),
  isShare: true,
}

function share(partMs: number | undefined, durationMs: number): Mean | undefined {
  if (partMs === undefined || durationMs <= 0) return undefined
  const value = (100 * partMs) / durationMs
  return { value, low: value, high: value }
}
