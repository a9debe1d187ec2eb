import type { DecodedSpan } from '../../demo/otlp-decode'
import { mean, sum } from '../../demo/statistics'
import type { Lag } from '../run/lag'
import { readerNames } from '../run/lag'
import type { ServiceName } from '../workload/config'
import { costOf, queueMsOf, spansOfStage } from './span-figures'

/** Below this it is about what a consumer takes to fetch a message: nobody waits for anybody. */
const NOTABLE_MS = 300

/** Which service made the orders wait, and why, in a sentence. */
export function bottleneck(spans: readonly DecodedSpan[], lag: Lag): string {
  const waits = readerNames.map((name) => ({ name, ms: mean(spansOfStage(spans, name).map(queueMsOf)) ?? 0 }))
  // The API has no topic before it: what its event loop ran for others is what orders waited behind.
  const behind = spansOfStage(spans, 'api').map((span) => costOf(span).othersMs ?? 0)
  const all = [{ name: 'api' as const, ms: mean(behind) ?? 0 }, ...waits]
  const worst = all.reduce((a, b) => (b.ms > a.ms ? b : a))
  if (worst.ms < NOTABLE_MS)
    return `bottleneck: none, no service made orders wait: at most ${worst.ms.toFixed(0)} ms on average, for ${worst.name}`
  const how =
    worst.name === 'api'
      ? 'behind one another on its event loop'
      : `before it, with a lag of up to ${lag.highest[worst.name]}`
  return `bottleneck: ${worst.name}, orders waited ${worst.ms.toFixed(0)} ms on average ${how}, because ${reason(spans, worst.name)}`
}

/** What the service did in the time that it had orders. */
function reason(spans: readonly DecodedSpan[], service: ServiceName): string {
  const ofService = spans.filter((span) => span.service === service)
  const stages = spansOfStage(spans, service)
  // Spans that overlap see the same process: their mean rate holds for as long as there were any.
  const openMs = sum(stages.map(({ durationMs }) => durationMs))
  const rate = (figure: 'allMs' | 'waitMs'): number => sum(stages.map((span) => costOf(span)[figure] ?? 0)) / openMs
  const own = sum(ofService.map((span) => costOf(span).ownMs ?? 0)) / coveredMs(stages)
  const [all, wait] = [rate('allMs'), rate('waitMs')]
  const figures =
    `its event loop ran ${percent(own)} of the time for them, its process used ${percent(all)} of a core, and the event ` +
    `loop lacked a CPU ${percent(wait)} of the time`
  return `${verdict(own, all, wait)}: ${figures}, the longest in ${longest(ofService)}`
}

/** Shares of the time in which the service had orders. */
function verdict(own: number, all: number, wait: number): string {
  // A thread that lacks a CPU would use it as it uses the rest of its time.
  const rest = Math.max(0.01, 1 - wait)
  const short = wait >= 0.3 ? ', and has too few of them here' : ''
  if (all >= 1.3 * rest && all > 1.5 * own) return `it is bound by CPUs, of its thread pool${short}`
  if (own >= 0.5 * rest) return `it is bound by CPU, of one thread${short}`
  return wait >= 0.3 ? 'others have the CPUs of this machine' : 'it waits for Redis and files'
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

/** The operation that took longest altogether. */
function longest(spans: readonly DecodedSpan[]): string {
  const totals = new Map<string, number>()
  for (const { attributes, durationMs } of spans) {
    const name = attributes['workload.operation']
    if (name !== undefined) totals.set(String(name), (totals.get(String(name)) ?? 0) + durationMs)
  }
  return [...totals].reduce((a, b) => (b[1] > a[1] ? b : a), ['nothing', 0])[0]
}

/** The time in which at least one of the spans was open. */
function coveredMs(spans: readonly DecodedSpan[]): number {
  let covered = 0
  let upTo = 0
  for (const { startMs, durationMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const end = startMs + durationMs
    covered += Math.max(0, end - Math.max(startMs, upTo))
    upTo = Math.max(upTo, end)
  }
  return covered
}
