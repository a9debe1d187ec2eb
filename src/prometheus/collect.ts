import { SpanmeterError } from '../errors.js'
import { metricNames, metrics } from '../metrics/table.js'
import { show } from '../options.js'
import { checkResourceMetricsOptions, type ResourceMetricsOptions, resourceMetricsOptionNames } from './options.js'
import { promClientOfApplication } from './prom-client.js'
import { ResourceMetrics } from './resource-metrics.js'

/** What is needed of a registry of prom-client. */
export interface MetricRegistry {
  registerMetric(metric: never): void
  getSingleMetric(name: string): unknown
  removeSingleMetric(name: string): void
}

export interface CollectOptions extends ResourceMetricsOptions {
  /** A registry of any copy of prom-client, 14 or 15. Default: the global registry of the application's copy. */
  register?: MetricRegistry
}

/** Metrics in a registry, which are collected when it is scraped. */
export interface ResourceMetricsCollection extends Disposable {
  /** Removes the metrics from the registry, and stops the sampler and the hooks that they need. */
  stop(): void
}

const optionNames = [...resourceMetricsOptionNames, 'register'] as const
const registryMethods = ['registerMetric', 'getSingleMetric', 'removeSingleMetric'] as const
const collections = new WeakMap<MetricRegistry, Set<Collection>>()

/**
 * Puts the metrics of the process, of tracing and of the spans into a registry of prom-client, as its
 * `collectDefaultMetrics` does with others. Throws a `TypeError` or `RangeError` for a bad option, and `SpanmeterError`
 * `METRIC_EXISTS`, with nothing registered, where the registry has a metric of one of these names.
 */
export function collectResourceMetrics(options: CollectOptions = {}): ResourceMetricsCollection {
  const checked = checkResourceMetricsOptions(options, optionNames)
  const register = options.register ?? promClientOfApplication().register
  if (!isRegistry(register)) throw new TypeError(`register must be a registry of prom-client, got ${show(register)}`)
  const ofRegistry = collections.get(register) ?? new Set()
  collections.set(register, ofRegistry)
  for (const collection of ofRegistry) {
    if (collection.forgotten) collection.stop()
  }
  for (const name of metricNames) refuseTaken(register, checked.prefix + metrics[name].prometheus)
  const collection = new Collection(register, new ResourceMetrics(checked), () => ofRegistry.delete(collection))
  ofRegistry.add(collection)
  return collection
}

function isRegistry(value: unknown): value is MetricRegistry {
  if (typeof value !== 'object' || value === null) return false
  return registryMethods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
}

function refuseTaken(register: MetricRegistry, name: string): void {
  if (register.getSingleMetric(name) === undefined) return
  throw new SpanmeterError(
    'METRIC_EXISTS',
    `the registry has a metric ${name} already: end the collection that put it there with its stop(), or set prefix`,
  )
}

class Collection implements ResourceMetricsCollection {
  readonly #register: MetricRegistry
  readonly #resourceMetrics: ResourceMetrics
  readonly #stopped: () => void

  constructor(register: MetricRegistry, resourceMetrics: ResourceMetrics, stopped: () => void) {
    this.#register = register
    this.#resourceMetrics = resourceMetrics
    this.#stopped = stopped
    for (const metric of resourceMetrics.metrics) register.registerMetric(metric as never)
  }

  /** Whether none of the metrics is in the registry any more, as after it was cleared. */
  get forgotten(): boolean {
    return this.#resourceMetrics.metrics.every((metric) => this.#register.getSingleMetric(metric.name) !== metric)
  }

  stop(): void {
    for (const metric of this.#resourceMetrics.metrics) {
      if (this.#register.getSingleMetric(metric.name) === metric) this.#register.removeSingleMetric(metric.name)
    }
    this.#resourceMetrics.stop()
    this.#stopped()
  }

  [Symbol.dispose](): void {
    this.stop()
  }
}
