import { Mean, Rate } from './estimates.js'

/** What tracing has cost on this thread so far: CPU time in ms, and what it was spent on. None of it decreases. */
export interface CostTotals {
  /** For spans that the sampler did not sample. */
  unsampledMs: number
  startMs: number
  endMs: number
  exportMs: number
  /**
   * Recorded spans. Those that another sampler decided about are put down to the traces that were sampled meanwhile.
   */
  started: number
  ended: number
  exported: number
}

/** What the samplers have decided so far. */
interface Decisions {
  roots: number
  sampledRoots: number
  /** Traces that began in another process, which decided about them. */
  remoteSampled: number
  remoteUnsampled: number
  /** Spans of any trace. */
  unsampledSpans: number
}

/** The limits of one sampler, and the ratio that it keeps to. */
export interface RatioLimits {
  /** CPU time that tracing may take, in ms per second. */
  readonly budgetMs: number
  readonly minRatio: number
  readonly maxRatio: number
  /** The share of root spans to sample. */
  ratio: number
}

const noDecisions: Decisions = { roots: 0, sampledRoots: 0, remoteSampled: 0, remoteUnsampled: 0, unsampledSpans: 0 }

const intervalMs = 250
/** The first update comes after so many sampled root spans, if that is earlier. */
const firstRoots = 16

/**
 * Finds the share of root spans to sample so that tracing keeps within a budget. It does not regulate by the overhead
 * of the last seconds, because export comes in bursts, seconds after the decision. Instead it computes the ratio from
 * two things that are known at once and do not depend on it: how often traces begin, and what each of them costs. Every
 * part of the cost is divided by what it was spent on, export by exported spans, so that the quotient is the same
 * during a burst and between two of them.
 */
export class RatioControl {
  readonly decisions: Decisions = { ...noDecisions }
  #updatedMs: number
  #costs: CostTotals
  #decided = noDecisions
  /** The number of `decisions.sampledRoots` at which an update is due before the interval is over. */
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

  /** `costs`: what was spent before anything was decided. */
  constructor(nowMs: number, costs: CostTotals) {
    this.#updatedMs = nowMs
    this.#costs = costs
  }

  /** Whether an update is due. To be asked after each decision about a root span. */
  isDue(nowMs: number): boolean {
    return nowMs - this.#updatedMs >= intervalMs || this.decisions.sampledRoots >= this.#nextRoots
  }

  /** Learns from what happened since the last update, and sets the ratios. `waiting`: spans wait for their export. */
  update(nowMs: number, costs: CostTotals, waiting: boolean, samplers: Iterable<RatioLimits>): void {
    const elapsedMs = nowMs - this.#updatedMs
    const spent = difference(costs, this.#costs)
    const decided = difference(this.decisions, this.#decided)
    this.#updatedMs = nowMs
    this.#costs = costs
    this.#decided = { ...this.decisions }
    this.#roots.add(decided.roots, elapsedMs)
    this.#remoteSampled.add(decided.remoteSampled, elapsedMs)
    this.#remoteUnsampled.add(decided.remoteUnsampled, elapsedMs)
    this.#learnCosts(decided, spent, elapsedMs)
    this.#setRatios(waiting, samplers)
  }

  #learnCosts(decided: Decisions, spent: CostTotals, elapsedMs: number): void {
    this.#start.add(spent.startMs, spent.started, elapsedMs)
    this.#end.add(spent.endMs, spent.ended, elapsedMs)
    this.#export.add(spent.exportMs, spent.exported, elapsedMs)
    // A garbage collection that falls into one of them is no reason to sample nothing for seconds.
    const unusualMs = 3 * this.#unsampled.value * decided.unsampledSpans + 1
    const unsampledMs = this.#unsampled.known ? Math.min(spent.unsampledMs, unusualMs) : spent.unsampledMs
    this.#unsampled.add(unsampledMs, decided.unsampledSpans, elapsedMs)
    const unsampledTraces = decided.roots - decided.sampledRoots + decided.remoteUnsampled
    this.#spansIfSampled.add(spent.started, decided.sampledRoots + decided.remoteSampled, elapsedMs)
    this.#spansIfUnsampled.add(decided.unsampledSpans, unsampledTraces, elapsedMs)
  }

  #setRatios(waiting: boolean, samplers: Iterable<RatioLimits>): void {
    const untilExport = this.#start.value + this.#end.value
    // If nothing was exported yet, it will most likely take about as much again.
    const spanMs = untilExport + (this.#export.known ? this.#export.value : waiting ? untilExport : 0)
    const sampledMs = spanMs * this.#spansIfSampled.value
    const unsampledMs = this.#unsampled.value * this.#spansIfUnsampled.value
    const roots = this.#roots.perSecond
    const atAnyRatio =
      roots * unsampledMs + this.#remoteSampled.perSecond * sampledMs + this.#remoteUnsampled.perSecond * unsampledMs
    const all = roots * Math.max(0, sampledMs - unsampledMs)
    let smallestMs = Number.POSITIVE_INFINITY
    for (const sampler of samplers) {
      const left = sampler.budgetMs - atAnyRatio
      const wanted = left <= 0 ? 0 : all === 0 ? 1 : left / all
      sampler.ratio = Math.min(sampler.maxRatio, Math.max(sampler.minRatio, wanted))
      smallestMs = Math.min(smallestMs, sampler.budgetMs)
    }
    const { sampledRoots } = this.decisions
    // The next update comes after a second's worth of the budget; while no cost is known, after as many roots again.
    const more = sampledMs === 0 ? Math.max(firstRoots, sampledRoots) : Math.max(1, smallestMs / sampledMs)
    this.#nextRoots = sampledRoots + more
  }
}

function difference<T extends object>(now: T, before: T): T {
  const entries = Object.entries(now).map(([key, value]) => [key, value - (before as Record<string, number>)[key]!])
  return Object.fromEntries(entries) as T
}
