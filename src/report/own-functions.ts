import type { ReportProcess, ReportProfile } from './data.js'

/** What some spans ran themselves in a function. */
export interface OwnFunction {
  name: string
  /** File and line; empty where there is none. */
  location: string
  /** Their own CPU, divided as the CPU time is for which the samples stand. */
  selfMs: number
  samples: number
}

/**
 * The functions that ran for some spans themselves, the longest first. Only spans that the profile covers count: it may
 * have begun later, or end before them. Undefined where there is no profile.
 */
export function ownFunctions(
  { profile, spans }: Pick<ReportProcess, 'profile' | 'spans'>,
  indices: Iterable<number>,
): OwnFunction[] | undefined {
  if (profile === undefined) return undefined
  const { startMs, endMs, functions, found } = profile
  const sums = new Map<number, { samples: number; cpuMs: number }>()
  let own = 0
  let all = 0
  for (const span of indices) {
    if (spans.start[span]! < startMs || spans.start[span]! + spans.duration[span]! > endMs) continue
    own += spans.selfMs[span]! || 0
    for (let i = firstOf(span, found); found.span[i] === span; i++) {
      const index = found.function[i]!
      const before = sums.get(index) ?? { samples: 0, cpuMs: 0 }
      sums.set(index, { samples: before.samples + found.samples[i]!, cpuMs: before.cpuMs + found.cpuMs[i]! })
      all += found.cpuMs[i]!
    }
  }
  const rows = [...sums].sort(([, a], [, b]) => b.cpuMs - a.cpuMs)
  return rows.map(([index, { samples, cpuMs }]) => ({
    ...functions[index]!,
    selfMs: all > 0 ? (own * cpuMs) / all : 0,
    samples,
  }))
}

/** The first row of a span, which are in the order of the spans; if it has none, that of another. */
function firstOf(span: number, found: ReportProfile['found']): number {
  let [low, high] = [0, found.span.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (found.span[middle]! < span) low = middle + 1
    else high = middle
  }
  return low
}
