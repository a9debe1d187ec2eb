import { buckets } from '../metrics/buckets.js'
import { recordSpanFigures } from '../metrics/span-figures.js'
import { SpanNames } from '../metrics/span-names.js'
import type { HistogramName } from '../metrics/table.js'
import type { SpanCostListener } from '../otel/span-costs.js'
import type { Labels, Sample } from './metric.js'

/**
 * The histograms of what spans cost, by the names of spans: a bounded number of series, however many names there are.
 */
export class SpanHistograms {
  readonly #names: SpanNames
  /** By the name of the span; undefined for all names beyond the limit. */
  readonly #byName = new Map<string | undefined, SpanSeries>()
  /** By the label, which several names may share. */
  readonly #series = new Map<string | undefined, SpanSeries>()

  constructor(maxNames: number) {
    this.#names = new SpanNames(maxNames)
  }

  readonly record: SpanCostListener = (name, stats, share) => {
    const series = this.#seriesOf(this.#names.labelFor(name))
    recordSpanFigures(stats, share, (metric, value) => series.record(metric, value))
  };

  /**
   * The lines of all series for a metric, whose name in Prometheus is `prometheusName`. Each series is read when its
   * turn comes.
   */
  *samples(name: HistogramName, prometheusName: string): Iterable<Sample> {
    for (const series of this.#series.values()) yield* series.samples(name, prometheusName)
  }

  #seriesOf(name: string | undefined): SpanSeries {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const label = name && inUtf8(name)
    let series = this.#series.get(label)
    if (series === undefined) {
      series = new SpanSeries(label === undefined ? { otel_metric_overflow: 'true' } : { span_name: label })
      this.#series.set(label, series)
    }
    this.#byName.set(name, series)
    return series
  }
}

/** The name as it arrives: half a surrogate pair becomes U+FFFD. Prometheus refuses two series with the same labels. */
function inUtf8(name: string): string {
  return Buffer.from(name).toString()
}

/** The histograms of one label. A metric that never had a value has none. */
class SpanSeries {
  readonly #labels: Labels
  readonly #histograms = new Map<HistogramName, Histogram>()

  constructor(labels: Labels) {
    this.#labels = labels
  }

  record(name: HistogramName, value: number): void {
    let histogram = this.#histograms.get(name)
    if (histogram === undefined) {
      histogram = new Histogram(buckets[name])
      this.#histograms.set(name, histogram)
    }
    histogram.record(value)
  }

  samples(name: HistogramName, prometheusName: string): Sample[] {
    return this.#histograms.get(name)?.samples(prometheusName, this.#labels) ?? []
  }
}

class Histogram {
  readonly #bounds: readonly number[]
  /** One count for each bound, and one for values above all of them. */
  readonly #counts: Float64Array
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  record(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#sum += value
  }

  samples(name: string, sharedLabels: Labels): Sample[] {
    let count = 0
    const [ofBucket, ofSum, ofCount] = [`${name}_bucket`, `${name}_sum`, `${name}_count`]
    const samples: Sample[] = Array.from(this.#counts, (own, bucket) => {
      count += own
      return { metricName: ofBucket, labels: upTo(this.#bounds[bucket]), sharedLabels, value: count }
    })
    samples.push({ metricName: ofSum, labels: noLabels, sharedLabels, value: this.#sum })
    samples.push({ metricName: ofCount, labels: noLabels, sharedLabels, value: count })
    return samples
  }
}

const noLabels: Labels = {}
const bucketLabels = new Map<number | undefined, Labels>()

/** The labels of a bucket with this upper bound. All histograms share the object. */
function upTo(bound: number | undefined): Labels {
  const known = bucketLabels.get(bound)
  if (known !== undefined) return known
  const labels = { le: bound ?? '+Inf' }
  bucketLabels.set(bound, labels)
  return labels
}
