import { type Context, isSpanContextValid, type TraceState, trace } from '@opentelemetry/api'
import { tracingOverhead } from '../overhead/tracing-overhead.js'
import { warn } from '../sdk/warn.js'
import { checkSamplerOptions, type OverheadSamplerOptions } from './options.js'
import type { RatioLimits } from './ratio-control.js'
import { threadBudget } from './thread-budget.js'
import { isInShare } from './trace-id.js'

/** The values of the API's enumeration. */
const decision = { notRecord: 0, recordAndSampled: 2 } as const

/** What an OpenTelemetry SDK asks a sampler for before it starts a span. */
export interface SamplingDecision {
  decision: (typeof decision)[keyof typeof decision]
  traceState?: TraceState
}

const sampledFlag = 1

/**
 * An OpenTelemetry sampler that keeps the measured CPU time of tracing within a budget: it lowers the share of traces
 * that are sampled as far as it must. The root of a trace decides about all of it, so that no trace is sampled in part.
 */
export class OverheadSampler {
  readonly #limits: RatioLimits
  /**
   * `'measuring'` from the first span on, when the cost of tracing is known; `'blind'` when it is not known any more.
   */
  #state: 'new' | 'measuring' | 'blind' = 'new'

  /** Throws a `TypeError` or `RangeError` for a bad option. */
  constructor(options: OverheadSamplerOptions = {}) {
    const { budgetPercent, minRatio, maxRatio } = checkSamplerOptions(options)
    this.#limits = { budgetMs: budgetPercent * 10, minRatio, maxRatio, ratio: maxRatio }
  }

  /** The share of traces that are sampled now. */
  get ratio(): number {
    return this.#limits.ratio
  }

  shouldSample(context: Context, traceId: string): SamplingDecision {
    if (this.#state === 'new') this.#begin()
    const parent = trace.getSpanContext(context)
    const isRoot = parent === undefined || !isSpanContextValid(parent)
    const sampled = isRoot ? isInShare(traceId, this.ratio) : (parent.traceFlags & sampledFlag) !== 0
    if (this.#state === 'measuring') {
      count(sampled, isRoot ? 'none' : parent.isRemote ? 'remote' : 'local')
      if (isRoot) this.#keepBudget()
    }
    const decided = sampled ? decision.recordAndSampled : decision.notRecord
    return isRoot || parent.traceState === undefined
      ? { decision: decided }
      : { decision: decided, traceState: parent.traceState }
  }

  toString(): string {
    const { budgetMs, minRatio, maxRatio } = this.#limits
    return `OverheadSampler{budgetPercent=${budgetMs / 10},minRatio=${minRatio},maxRatio=${maxRatio}}`
  }

  /** From now on the cost of tracing is not measured, and traces are sampled at `maxRatio`. */
  [Symbol.dispose](): void {
    if (this.#state === 'measuring') threadBudget.leave(this.#limits)
    this.#state = 'blind'
    this.#limits.ratio = this.#limits.maxRatio
  }

  #begin(): void {
    try {
      threadBudget.join(this, this.#limits)
      this.#state = 'measuring'
    } catch (error) {
      this.#giveUp(error)
    }
  }

  #keepBudget(): void {
    try {
      threadBudget.keep()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** Happens once. */
  #giveUp(error: unknown): void {
    this[Symbol.dispose]()
    warn(`the cost of tracing is not known, traces are sampled at ${this.ratio}:`, error)
  }
}

function count(sampled: boolean, parent: 'remote' | 'local' | 'none'): void {
  const { decisions } = threadBudget.control!
  if (parent === 'none') decisions.roots++
  if (sampled) {
    if (parent === 'none') decisions.sampledRoots++
    if (parent === 'remote') decisions.remoteSampled++
    return
  }
  if (parent === 'remote') decisions.remoteUnsampled++
  decisions.unsampledSpans++
  tracingOverhead.unsampled()
}
