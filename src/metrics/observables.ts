import {
  type BatchObservableResult,
  type Meter,
  type MetricOptions,
  type Observable,
  ValueType,
} from '@opentelemetry/api'
import { isInteger, type MetricDefinition } from './definitions/definition.js'
import type { MetricCollector } from './metric-collector.js'
import { metrics, type ReadName } from './table.js'

/** The instruments that are observed when somebody collects. They have one callback, so that they are read once. */
export class Observables {
  readonly #meter: Meter
  readonly #collector: MetricCollector
  readonly #warn: (error: unknown) => void
  readonly #instruments: ReadonlyMap<ReadName, Observable>

  /** `warn` is called with what goes wrong in a collection. */
  constructor(meter: Meter, collector: MetricCollector, names: readonly ReadName[], warn: (error: unknown) => void) {
    this.#meter = meter
    this.#collector = collector
    this.#warn = warn
    this.#instruments = new Map(names.map((name) => [name, create(meter, name)]))
    meter.addBatchObservableCallback(this.#observe, [...this.#instruments.values()])
  }

  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, [...this.#instruments.values()])
  }

  /** OpenTelemetry does not say which reader collects, so the collector's readers have no names here. */
  readonly #observe = (result: BatchObservableResult): void => {
    try {
      const points = this.#collector.collect()
      for (const [name, instrument] of this.#instruments) {
        for (const { value, attributes } of points[name] ?? []) result.observe(instrument, value, attributes)
      }
    } catch (error) {
      this.#warn(error)
    }
  }
}

function create(meter: Meter, name: ReadName): Observable {
  const { kind } = metrics[name]
  const options = optionsOf(metrics[name])
  if (kind === 'counter') return meter.createObservableCounter(name, options)
  if (kind === 'updowncounter') return meter.createObservableUpDownCounter(name, options)
  return meter.createObservableGauge(name, options)
}

/** The options of an instrument, of whatever kind. */
export function optionsOf(definition: MetricDefinition): MetricOptions {
  const { unit, description } = definition
  return { unit, description, valueType: isInteger(definition) ? ValueType.INT : ValueType.DOUBLE }
}
