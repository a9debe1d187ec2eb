import { Mean, Rate } from './estimates.js'

/** What tracing has cost on this thread so far: CPU time in ms, and what it was spent on. Nothing of it goes back. */
export interface SpanCosts {
  /** Of the spans that the sampler turned down. */
  unsampledMs: number
  startMs: number
  endMs: number
  exportMs: number
  /** Recorded spans. Those that others decided about count for the traces that were sampled meanwhile. */
  started: number
  ended: number
  exported: number
}

/** What the sampler decided so far. */
interface Decisions {
  roots: number
  sampledRoots: number
  /** Traces that began elsewhere, where it was decided about them. */
  remoteSampled: number
  remoteUnsampled: number
  /** Spans of any trace. */
  unsampledSpans: number
}

/** Of one sampler. */
export interface Share {
  /** CPU time that tracing may take, in ms per second. */
  readonly budgetMs: number
  readonly minRatio: number
  readonly maxRatio: number
  /** The share of root spans to sample. */
  ratio: number
}

const noDecisions: Decisions = { roots: 0, sampledRoots: 0, remoteSampled: 0, remoteUnsampled: 0, unsampledSpans: 0 }

const intervalMs = 250
/** When to look first, if that is earlier. */
const firstRoots = 16

/**
 * Finds the share of root spans to sample so that tracing keeps within a budget. This is no feedback on the overhead of the
 * last seconds: export comes in bursts, seconds after the decision. How often traces begin is known at once, and what each
 * costs does not depend on the ratio; so the ratio follows. Every part of the cost is divided by what it was spent on,
 * export by exported spans: the quotient is the same in a burst and between two.
 */
export class RatioControl {
  readonly decisions: Decisions = { ...noDecisions }
  #lookedMs: number
  #costs: SpanCosts
  #decided = noDecisions
  /** Of `decisions.sampledRoots`: to look again before the interval is over. */
  #nextRoots = firstRoots
  readonly #roots = new Rate()
  readonly #remoteSampled = new Rate()
  readonly #remoteUnsampled = new Rate()
  readonly #start = new Mean(3000, 200)
  readonly #end = new Mean(3000, 200)
  readonly #export = new Mean(3000, 200)
  readonly #unsampled = new Mean(3000, 200)
  readonly #spansIfSampled = new Mean(1000, 50)
  readonly #spansIfUnsampled = new Mean(1000, 50)

  /** `costs`: what had been spent before anything was decided. */
  constructor(nowMs: number, costs: SpanCosts) {
    this.#lookedMs = nowMs
    this.#costs = costs
  }

  /** Whether to look. To be asked before each decision about a root span. */
  isDue(nowMs: number): boolean {
    return nowMs - this.#lookedMs >= intervalMs || this.decisions.sampledRoots >= this.#nextRoots
  }

  /** Learns from what happened since the last look, and sets the ratios. `waiting`: spans wait for their export. */
  look(nowMs: number, costs: SpanCosts, waiting: boolean, shares: Iterable<Share>): void {
    const elapsedMs = nowMs - this.#lookedMs
    const spent = difference(costs, this.#costs)
    const decided = difference(this.decisions, this.#decided)
    this.#lookedMs = nowMs
    this.#costs = costs
    this.#decided = { ...this.decisions }
    this.#roots.add(decided.roots, elapsedMs)
    this.#remoteSampled.add(decided.remoteSampled, elapsedMs)
    this.#remoteUnsampled.add(decided.remoteUnsampled, elapsedMs)
    this.#learnCosts(decided, spent, elapsedMs)
    this.#share(waiting, shares)
  }

  #learnCosts(decided: Decisions, spent: SpanCosts, elapsedMs: number): void {
    this.#start.add(spent.startMs, spent.started, elapsedMs)
    this.#end.add(spent.endMs, spent.ended, elapsedMs)
    this.#export.add(spent.exportMs, spent.exported, elapsedMs)
    // A collection of garbage that falls into one of them is no reason to sample nothing for seconds.
    const unusualMs = 3 * this.#unsampled.value * decided.unsampledSpans + 1
    const unsampledMs = this.#unsampled.known ? Math.min(spent.unsampledMs, unusualMs) : spent.unsampledMs
    this.#unsampled.add(unsampledMs, decided.unsampledSpans, elapsedMs)
    const unsampledTraces = decided.roots - decided.sampledRoots + decided.remoteUnsampled
    this.#spansIfSampled.add(spent.started, decided.sampledRoots + decided.remoteSampled, elapsedMs)
    this.#spansIfUnsampled.add(decided.unsampledSpans, unsampledTraces, elapsedMs)
  }

  #share(waiting: boolean, shares: Iterable<Share>): void {
    const untilExport = this.#start.value + this.#end.value
    // Nothing was exported yet: most likely it takes about as much again.
    const spanMs = untilExport + (this.#export.known ? this.#export.value : waiting ? untilExport : 0)
    const sampledMs = spanMs * this.#spansIfSampled.value
    const unsampledMs = this.#unsampled.value * this.#spansIfUnsampled.value
    const roots = this.#roots.perSecond
    const whateverTheRatio =
      roots * unsampledMs + this.#remoteSampled.perSecond * sampledMs + this.#remoteUnsampled.perSecond * unsampledMs
    const all = roots * Math.max(0, sampledMs - unsampledMs)
    let smallestMs = Number.POSITIVE_INFINITY
    for (const share of shares) {
      const left = share.budgetMs - whateverTheRatio
      const wanted = left <= 0 ? 0 : all === 0 ? 1 : left / all
      share.ratio = Math.min(share.maxRatio, Math.max(share.minRatio, wanted))
      smallestMs = Math.min(smallestMs, share.budgetMs)
    }
    const { sampledRoots } = this.decisions
    // After a second's worth of the budget. While no cost is known: after as many again.
    const more = sampledMs === 0 ? Math.max(firstRoots, sampledRoots) : Math.max(1, smallestMs / sampledMs)
    this.#nextRoots = sampledRoots + more
  }
}

function difference<T extends object>(now: T, before: T): T {
  const entries = Object.entries(now).map(([key, value]) => [key, value - (before as Record<string, number>)[key]!])
  return Object.fromEntries(entries) as T
}
