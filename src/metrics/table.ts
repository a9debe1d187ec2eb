import { processMetrics } from './definitions/process.js'
import { samplerMetrics } from './definitions/sampler.js'
import { spanMetrics } from './definitions/spans.js'
import { tracingMetrics } from './definitions/tracing.js'

/** All metrics, in the order in which they are listed. */
export const metrics = { ...processMetrics, ...tracingMetrics, ...samplerMetrics, ...spanMetrics }

export type MetricName = keyof typeof metrics
type Of<K> = { [N in MetricName]: (typeof metrics)[N]['kind'] extends K ? N : never }[MetricName]
export type HistogramName = Of<'histogram'>
/** Metrics that grow when a span ends. */
type SpanMetricName = keyof typeof spanMetrics
/** Metrics that are read when somebody collects them. */
export type ReadName = Exclude<MetricName, SpanMetricName>

export const metricNames = Object.keys(metrics) as MetricName[]
export const readNames = metricNames.filter((name): name is ReadName => !(name in spanMetrics))

export function isOptIn(name: MetricName): boolean {
  return 'optIn' in metrics[name]
}
