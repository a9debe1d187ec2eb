import type { MetricDefinition } from '../metrics/definitions/definition.js'

export type Labels = Readonly<Record<string, string | number>>

/**
 * A line of the exposition, in the shape of prom-client. Lines may share an object of labels, which is then
 * written once.
 */
export interface Sample {
  value: number
  labels: Labels
  /** Further labels. */
  sharedLabels?: Labels
  /** Name of the line, if it is not that of the metric. */
  metricName?: string
}

/**
 * A metric in the shape of prom-client's own, 14 and 15, that reads its samples when it is scraped. It needs no prom-client:
 * any registry of any copy takes it, and it may be in several.
 */
export class Metric {
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How prom-client combines the values of a cluster's workers. */
  readonly aggregator: 'sum' | 'max' | 'average'
  readonly #name: string
  /** The name that a registry has set for the text that it is writing. */
  #wantedName: string | undefined
  /** The samples as of now. Those of many series are read one by one. */
  readonly read: () => Iterable<Sample>

  constructor(name: string, { kind, unit, description }: MetricDefinition, read: () => Iterable<Sample>) {
    this.#name = name
    this.help = description
    this.type = kind === 'updowncounter' ? 'gauge' : kind
    this.aggregator = kind !== 'gauge' ? 'sum' : unit === '1' ? 'average' : unit === 's' ? 'max' : 'sum'
    this.read = read
  }

  get name(): string {
    return this.#name
  }

  /** A registry that writes OpenMetrics, where counters go without `_total`, sets it just before it reads. */
  set name(name: string) {
    this.#wantedName = name
  }

  get() {
    const { values, ...metric } = this.getForPromString()
    return { ...metric, values: values.map(withAllLabels) }
  }

  /** prom-client 15 calls this one when it writes text. */
  getForPromString() {
    const { help, type, aggregator } = this
    const name = this.#wantedName ?? this.#name
    this.#wantedName = undefined
    return { name, help, type, aggregator, values: [...this.read()] }
  }

  /** Does nothing: the counters of the operating system cannot be reset, so none are. */
  reset(): void {}
}

function withAllLabels({ sharedLabels, labels, ...sample }: Sample): Sample {
  return { ...sample, labels: { ...labels, ...sharedLabels } }
}
