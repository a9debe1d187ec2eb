import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import { isKnown } from '../otel/attributes.js'
import { ignoreSpanCosts, listenToSpanCosts, type SpanCostListener } from '../otel/span-costs.js'
import { buckets } from './buckets.js'
import { optionsOf } from './observables.js'
import { SpanNames } from './span-names.js'
import { type HistogramName, metrics } from './table.js'

/** As the OpenTelemetry specification has it for what goes beyond a limit. */
const overflow: Attributes = { 'otel.metric.overflow': true }

/** What spans cost, by their names. */
export class SpanHistograms {
  readonly #names: SpanNames
  /** By name, made once: recording makes no object. */
  readonly #attributes = new Map<string, Attributes>()
  readonly #warn: (error: unknown) => void
  readonly #cpuTime: Histogram
  readonly #cpuSelf: Histogram
  readonly #cpuWait: Histogram
  readonly #memoryMax: Histogram

  /** `warn` is told of what goes wrong when a span ends. */
  constructor(meter: Meter, maxNames: number, warn: (error: unknown) => void) {
    this.#names = new SpanNames(maxNames)
    this.#warn = warn
    this.#cpuTime = create(meter, 'spanmeter.span.cpu.time')
    this.#cpuSelf = create(meter, 'spanmeter.span.cpu.self')
    this.#cpuWait = create(meter, 'spanmeter.span.cpu.wait')
    this.#memoryMax = create(meter, 'spanmeter.span.memory.max')
    listenToSpanCosts(this.#record)
  }

  stop(): void {
    ignoreSpanCosts(this.#record)
  }

  readonly #record: SpanCostListener = (name, stats, { own }) => {
    try {
      const attributes = this.#attributesOf(name)
      const { cpu, thread, memory } = stats
      if (isKnown(stats)) this.#cpuTime.record(cpu.timeMs / 1e3, attributes)
      if (own) this.#cpuSelf.record(own.selfMs / 1e3, attributes)
      if (thread?.waitMs !== undefined) this.#cpuWait.record(thread.waitMs / 1e3, attributes)
      if (memory) this.#memoryMax.record(Math.round(memory.max), attributes)
    } catch (error) {
      this.#warn(error)
    }
  }

  #attributesOf(name: string): Attributes {
    const told = this.#names.tell(name)
    if (told === undefined) return overflow
    const known = this.#attributes.get(told)
    if (known !== undefined) return known
    const attributes = { 'span.name': told }
    this.#attributes.set(told, attributes)
    return attributes
  }
}

function create(meter: Meter, name: HistogramName): Histogram {
  return meter.createHistogram(name, {
    ...optionsOf(metrics[name]),
    advice: { explicitBucketBoundaries: [...buckets[name]] },
  })
}
