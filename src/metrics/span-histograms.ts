import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import { ignoreSpanCosts, listenToSpanCosts, type SpanCostListener } from '../otel/span-costs.js'
import { buckets } from './buckets.js'
import { optionsOf } from './observables.js'
import { tellFigures } from './span-figures.js'
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
  readonly #histograms: Record<HistogramName, Histogram>

  /** `warn` is told of what goes wrong when a span ends. */
  constructor(meter: Meter, maxNames: number, warn: (error: unknown) => void) {
    this.#names = new SpanNames(maxNames)
    this.#warn = warn
    this.#histograms = {
      'spanmeter.span.cpu.time': create(meter, 'spanmeter.span.cpu.time'),
      'spanmeter.span.cpu.self': create(meter, 'spanmeter.span.cpu.self'),
      'spanmeter.span.cpu.wait': create(meter, 'spanmeter.span.cpu.wait'),
      'spanmeter.span.memory.max': create(meter, 'spanmeter.span.memory.max'),
    }
    listenToSpanCosts(this.#record)
  }

  stop(): void {
    ignoreSpanCosts(this.#record)
  }

  readonly #record: SpanCostListener = (name, stats, share) => {
    try {
      const attributes = this.#attributesOf(name)
      tellFigures(stats, share, (metric, value) => this.#histograms[metric].record(value, attributes))
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
