import { performanceNow } from '../clock.js'
import { type TracingCost, tracingOverhead } from '../overhead/tracing-overhead.js'
import { samplingRatio } from './ratio.js'
import { type CostTotals, RatioControl, type RatioLimits } from './ratio-control.js'

/** If so many sampled root spans were not measured, their provider is not registered. */
const maxUnmeasured = 1000

/**
 * What all samplers of this thread have in common. The tracing of a thread has one cost, and each sampler keeps it
 * within its own budget as if it decided about all traces. While there is a sampler, the cost of tracing is measured.
 */
class ThreadBudget {
  readonly #samplers = new Set<RatioLimits>()
  /** The SDK does not shut samplers down: one leaves when it is garbage. */
  readonly #forgotten = new FinalizationRegistry<RatioLimits>((limits) => this.leave(limits))
  /** Undefined while there is no sampler. */
  control: RatioControl | undefined

  /** Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where nothing can be measured. */
  join(sampler: object, limits: RatioLimits): void {
    if (this.control === undefined) {
      tracingOverhead.acquire()
      this.control = new RatioControl(performanceNow(), costsOf(tracingOverhead.read()!))
      samplingRatio.current = () => Math.min(...[...this.#samplers].map(({ ratio }) => ratio))
    }
    this.#samplers.add(limits)
    this.#forgotten.register(sampler, limits, limits)
  }

  leave(limits: RatioLimits): void {
    this.#forgotten.unregister(limits)
    if (!this.#samplers.delete(limits) || this.#samplers.size > 0) return
    this.control = samplingRatio.current = undefined
    tracingOverhead.release()
  }

  /**
   * To be called after each decision about a root span. Not before: reading the costs settles whose they are, and until the
   * decision that of the span that starts is not known. Throws if the cost of those that are sampled is not measured.
   */
  keep(): void {
    const nowMs = performanceNow()
    if (!this.control?.isDue(nowMs)) return
    const cost = tracingOverhead.read()!
    if (cost.spans.started === 0 && this.control.decisions.sampledRoots > maxUnmeasured) {
      throw new Error('the tracer provider is not registered with the OpenTelemetry API')
    }
    this.control.update(nowMs, costsOf(cost), cost.waiting, this.#samplers)
  }
}

export const threadBudget = new ThreadBudget()

function costsOf({ cpu, spans }: TracingCost): CostTotals {
  const costs = { unsampledMs: 0, startMs: 0, endMs: 0, exportMs: 0, ...spans }
  for (const { component, timeMs } of cpu) {
    if (component === 'unsampled') costs.unsampledMs += timeMs
    else if (component === 'start') costs.startMs += timeMs
    else if (component === 'export') costs.exportMs += timeMs
    // What a span records comes before its end; spanmeter's own processor works at both ends.
    else costs.endMs += timeMs
  }
  return costs
}
