import { type Point, type Points, Readings } from '../metrics/readings.js'
import { type HistogramName, type MetricName, metricNames, metrics } from '../metrics/table.js'
import { ignoreSpanCosts, listenToSpanCosts } from '../otel/span-costs.js'
import { Metric, type Sample } from './metric.js'
import type { ResourceMetricsOptions } from './options.js'
import { SpanHistograms } from './span-histograms.js'

/** All metrics, as a registry of prom-client takes them, and what they are read from. */
export class ResourceMetrics {
  readonly metrics: readonly Metric[]
  readonly #readings: Readings
  readonly #spans: SpanHistograms
  /** What was seen in the run of code that is still going on. */
  #points: Points | undefined
  #stopped = false

  constructor({ prefix, windowMs, tracing, maxSpanNames }: Required<ResourceMetricsOptions>) {
    this.#readings = new Readings({ windowMs, tracing })
    this.#spans = new SpanHistograms(maxSpanNames)
    listenToSpanCosts(this.#spans.record)
    this.metrics = metricNames.map((name) => {
      const prometheusName = prefix + metrics[name].prometheus
      return new Metric(prometheusName, metrics[name], () => this.#samples(name, prometheusName))
    })
  }

  /**
   * Looks, in the name of `reader` if it can be told from others. A registry reads all its metrics in one run of code:
   * those that are read until it ends are of this look.
   */
  look(reader?: string): Points {
    const points = this.#stopped ? {} : this.#readings.look(reader)
    this.#points = points
    queueMicrotask(() => {
      this.#points = undefined
    })
    return points
  }

  /** Metrics that are still in a registry have no samples any more. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    ignoreSpanCosts(this.#spans.record)
    this.#readings.stop()
  }

  #samples(name: MetricName, prometheusName: string): Iterable<Sample> {
    if (isHistogram(name)) return this.#stopped ? [] : this.#spans.samples(name, prometheusName)
    const points = this.#points ?? this.look()
    return (points[name] ?? []).map(sampleOf)
  }
}

function isHistogram(name: MetricName): name is HistogramName {
  return metrics[name].kind === 'histogram'
}

function sampleOf({ value, attributes = {} }: Point): Sample {
  const labels = Object.entries(attributes).map(([key, text]) => [key.replaceAll('.', '_'), text])
  return { value, labels: Object.fromEntries(labels) }
}
