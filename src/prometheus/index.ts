export {
  type CollectOptions,
  collectResourceMetrics,
  type MetricRegistry,
  type ResourceMetricsCollection,
} from './collect.js'
export { type PrometheusEndpoint, type PrometheusEndpointOptions, startPrometheusEndpoint } from './endpoint.js'
export type { ResourceMetricsOptions } from './options.js'
