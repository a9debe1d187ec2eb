import { MetricCollector, type Point, type Points } from '../metrics/metric-collector.js'
import { type HistogramName, type MetricName, metricNames, metrics } from '../metrics/table.js'
import { addSpanCostListener, removeSpanCostListener } from '../otel/span-costs.js'
import type { Sampling } from '../own-monitor.js'
import { Metric, type Sample } from './metric.js'
import type { ResourceMetricsOptions } from './options.js'
import { SpanErrors } from './span-errors.js'
import { SpanHistograms } from './span-histograms.js'

/** All metrics, in the shape that a registry of prom-client takes, and what they are read from. */
export class ResourceMetrics {
  readonly metrics: readonly Metric[]
  readonly #collector: MetricCollector
  readonly #spans: SpanHistograms
  readonly #errors: SpanErrors
  /** The points of the latest collection, kept until the code that runs now has ended. */
  #points: Points | undefined
  #stopped = false

  constructor({ prefix, windowMs, tracing, maxSpanNames }: Required<ResourceMetricsOptions>, sampling?: Sampling) {
    this.#collector = new MetricCollector({ windowMs, tracing, ...(sampling && { sampling }) })
    this.#spans = new SpanHistograms(maxSpanNames)
    this.#errors = new SpanErrors(maxSpanNames)
    addSpanCostListener(this.#spans.record)
    addSpanCostListener(this.#errors.record)
    this.metrics = metricNames.map((name) => {
      const prometheusName = prefix + metrics[name].prometheus
      return new Metric(prometheusName, metrics[name], () => this.#samples(name, prometheusName))
    })
  }

  /**
   * Collects the metrics; `reader` is a name that distinguishes this reader from others, if there is one. A registry
   * reads all its metrics in one run of code, and all of them get the points of this collection.
   */
  collect(reader?: string): Points {
    const points = this.#stopped ? {} : this.#collector.collect(reader)
    this.#points = points
    void Promise.resolve().then(() => {
      this.#points = undefined
    })
    return points
  }

  /** From now on, metrics that are still in a registry have no samples. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    removeSpanCostListener(this.#spans.record)
    removeSpanCostListener(this.#errors.record)
    this.#collector.stop()
  }

  #samples(name: MetricName, prometheusName: string): Iterable<Sample> {
    if (isHistogram(name)) return this.#stopped ? [] : this.#spans.samples(name, prometheusName)
    if (name === 'spanmeter.span.errors') return this.#stopped ? [] : this.#errors.samples()
    const points = this.#points ?? this.collect()
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
