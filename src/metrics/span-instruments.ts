import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api'
import { addSpanCostListener, removeSpanCostListener, type SpanCostListener } from '../otel/span-costs.js'
import { buckets } from './buckets.js'
import { optionsOf } from './observables.js'
import { errorOf, otherError } from './span-errors.js'
import { recordSpanFigures } from './span-figures.js'
import { SpanNames } from './span-names.js'
import { type HistogramName, metrics } from './table.js'

/** The attribute by which the OpenTelemetry specification marks values beyond a limit. */
const overflow: Attributes = { 'otel.metric.overflow': true }

const maxErrorKinds = 100

/** The histograms of what spans cost, by the names of spans, as OpenTelemetry instruments. */
export class SpanInstruments {
  readonly #names: SpanNames
  /** By label, made once, so that recording makes no object. */
  readonly #attributes = new Map<string, Attributes>()
  readonly #warn: (error: unknown) => void
  readonly #histograms: Record<HistogramName, Histogram>
  readonly #errors: Counter
  readonly #errorKinds = new SpanNames(maxErrorKinds)

  /** `warn` is called with what goes wrong when a span ends. */
  constructor(meter: Meter, maxNames: number, warn: (error: unknown) => void) {
    this.#names = new SpanNames(maxNames)
    this.#warn = warn
    this.#histograms = {
      'spanmeter.span.cpu.time': create(meter, 'spanmeter.span.cpu.time'),
      'spanmeter.span.cpu.self': create(meter, 'spanmeter.span.cpu.self'),
      'spanmeter.span.cpu.wait': create(meter, 'spanmeter.span.cpu.wait'),
      'spanmeter.span.memory.max': create(meter, 'spanmeter.span.memory.max'),
    }
    this.#errors = meter.createCounter('spanmeter.span.errors', optionsOf(metrics['spanmeter.span.errors']))
    addSpanCostListener(this.#record)
  }

  stop(): void {
    removeSpanCostListener(this.#record)
  }

  readonly #record: SpanCostListener = (name, stats, share, span) => {
    try {
      const attributes = this.#attributesOf(name)
      recordSpanFigures(stats, share, (metric, value) => this.#histograms[metric].record(value, attributes))
      const kind = errorOf(span)
      if (kind === undefined) return
      this.#errors.add(1, { ...attributes, 'error.type': this.#errorKinds.labelFor(kind) ?? otherError })
    } catch (error) {
      this.#warn(error)
    }
  }

  #attributesOf(name: string): Attributes {
    const label = this.#names.labelFor(name)
    if (label === undefined) return overflow
    const known = this.#attributes.get(label)
    if (known !== undefined) return known
    const attributes = { 'span.name': label }
    this.#attributes.set(label, attributes)
    return attributes
  }
}

function create(meter: Meter, name: HistogramName): Histogram {
  return meter.createHistogram(name, {
    ...optionsOf(metrics[name]),
    advice: { explicitBucketBoundaries: [...buckets[name]] },
  })
}
