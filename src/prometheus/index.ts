export {
  type CollectOptions,
  collectResourceMetrics,
  type MetricRegistry,
  type ResourceMetricsCollection,
} from './collect.js'
export { type PrometheusEndpoint, startPrometheusEndpoint } from './endpoint.js'
export type { PrometheusEndpointOptions } from './endpoint-options.js'
export type { ResourceMetricsOptions } from './options.js'
