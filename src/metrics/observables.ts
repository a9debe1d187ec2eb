import {
  type BatchObservableResult,
  type Meter,
  type MetricOptions,
  type Observable,
  ValueType,
} from '@opentelemetry/api'
import type { Readings } from './readings.js'
import { isInteger, type MetricDefinition, metrics, type ReadName } from './table.js'

/** The instruments of what is read when somebody collects. One callback for all, so that a collection looks once. */
export class Observables {
  readonly #meter: Meter
  readonly #readings: Readings
  readonly #warn: (error: unknown) => void
  readonly #instruments: ReadonlyMap<ReadName, Observable>

  /** `warn` is told of what goes wrong in a collection. */
  constructor(meter: Meter, readings: Readings, names: readonly ReadName[], warn: (error: unknown) => void) {
    this.#meter = meter
    this.#readings = readings
    this.#warn = warn
    this.#instruments = new Map(names.map((name) => [name, create(meter, name)]))
    meter.addBatchObservableCallback(this.#observe, [...this.#instruments.values()])
  }

  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, [...this.#instruments.values()])
  }

  /** Nothing tells who collects: each look goes back a fixed time, and no reader takes anything from another. */
  readonly #observe = (result: BatchObservableResult): void => {
    try {
      const points = this.#readings.look()
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

/** What all kinds of instruments are created with. */
export function optionsOf(definition: MetricDefinition): MetricOptions {
  const { unit, description } = definition
  return { unit, description, valueType: isInteger(definition) ? ValueType.INT : ValueType.DOUBLE }
}
