import { type TracingCost, tracingOverhead } from '../overhead/tracing-overhead.js'
import { samplingRatio } from './ratio.js'
import { RatioControl, type Share, type SpanCosts } from './ratio-control.js'

/** So many sampled root spans, none of which was seen, are no accident. */
const unmeasured = 1000

/**
 * What all samplers of this thread share: the tracing of a thread has one cost, which each of them keeps within its budget
 * as if it decided about all traces. While there is one, what tracing costs is measured.
 */
class ThreadBudget {
  readonly #shares = new Set<Share>()
  /** A sampler is told of no end: it lasts until nobody has it any more. */
  readonly #forgotten = new FinalizationRegistry<Share>((share) => this.leave(share))
  /** Undefined while there is no sampler. */
  control: RatioControl | undefined

  /** Throws `SpanmeterError` `NATIVE_UNAVAILABLE` where nothing can be measured. */
  join(sampler: object, share: Share): void {
    if (this.control === undefined) {
      tracingOverhead.acquire()
      this.control = new RatioControl(performance.now(), costsOf(tracingOverhead.read()!))
      samplingRatio.current = () => Math.min(...[...this.#shares].map(({ ratio }) => ratio))
    }
    this.#shares.add(share)
    this.#forgotten.register(sampler, share, share)
  }

  leave(share: Share): void {
    this.#forgotten.unregister(share)
    if (!this.#shares.delete(share) || this.#shares.size > 0) return
    this.control = samplingRatio.current = undefined
    tracingOverhead.release()
  }

  /** To be called before each decision about a root span. Throws if what the sampled ones cost is not measured. */
  keep(): void {
    const nowMs = performance.now()
    if (!this.control?.isDue(nowMs)) return
    const cost = tracingOverhead.read()!
    if (cost.spans.started === 0 && this.control.decisions.sampledRoots > unmeasured) {
      throw new Error('the tracer provider is not registered with the OpenTelemetry API')
    }
    this.control.look(nowMs, costsOf(cost), cost.waiting, this.#shares)
  }
}

export const threadBudget = new ThreadBudget()

function costsOf({ cpu, spans }: TracingCost): SpanCosts {
  const costs = { unsampledMs: 0, startMs: 0, endMs: 0, exportMs: 0, ...spans }
  for (const { component, timeMs } of cpu) {
    if (component === 'unsampled') costs.unsampledMs += timeMs
    else if (component === 'start') costs.startMs += timeMs
    else if (component === 'export') costs.exportMs += timeMs
    // What a span records is before its end; spanmeter's own is spent at both ends.
    else costs.endMs += timeMs
  }
  return costs
}
