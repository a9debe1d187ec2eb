import type { MetricDefinition } from '../metrics/table.js'

export type Labels = Readonly<Record<string, string | number>>

/** A line of the exposition, as prom-client has it. Objects of labels that many lines have are written once. */
export interface Sample {
  value: number
  labels: Labels
  /** Further labels. */
  sharedLabels?: Labels
  /** Where it is not the metric's. */
  metricName?: string
}

/**
 * A metric in the shape of prom-client's own, 14 and 15, that reads its samples when it is scraped. It needs no prom-client:
 * any registry of any copy takes it, and it may be in several.
 */
export class Metric {
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How prom-client puts those of a cluster's workers together. */
  readonly aggregator: 'sum' | 'max' | 'average'
  readonly #name: string
  /** The name in the text that is being written. */
  #wantedName: string | undefined
  /** The samples as of now; of many series as they are asked for. */
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

  /** What prom-client 15 asks for where it writes text. */
  getForPromString() {
    const { help, type, aggregator } = this
    const name = this.#wantedName ?? this.#name
    this.#wantedName = undefined
    return { name, help, type, aggregator, values: [...this.read()] }
  }

  /** The operating system's counters cannot be reset; those of spans go with them. */
  reset(): void {}
}

function withAllLabels({ sharedLabels, labels, ...sample }: Sample): Sample {
  return { ...sample, labels: { ...labels, ...sharedLabels } }
}
