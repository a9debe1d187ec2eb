import { boolean, known, number, show, wholeNumber } from '../options.js'

export interface ResourceMetricsOptions {
  /** What the names of the metrics begin with. Default: nothing. */
  prefix?: string
  /**
   * How far maxima and means reach back for readers that cannot be distinguished, in ms, 1000 … 3600000. Default 60000.
   */
  windowMs?: number
  /**
   * Whether to measure the cost of tracing. It takes hooks at every await, as attribution does, and the native sampler.
   * Default true.
   */
  tracing?: boolean
  /** How many names of spans get histograms of their own, 1 … 2000; the others share one. Default 200. */
  maxSpanNames?: number
}

export const resourceMetricsOptionNames = ['prefix', 'windowMs', 'tracing', 'maxSpanNames'] as const

/** Fills in the defaults. Throws a `TypeError` or `RangeError` that names the option, what it got and what it expects. */
export function checkResourceMetricsOptions(
  given: ResourceMetricsOptions,
  names: readonly string[],
): Required<ResourceMetricsOptions> {
  const options = known(given, names)
  const { prefix = '' } = options
  if (typeof prefix !== 'string' || !/^([a-zA-Z_:][\w:]*)?$/.test(prefix)) {
    throw new TypeError(`prefix must be the beginning of a metric name: letters, digits, _ and :, got ${show(prefix)}`)
  }
  return {
    prefix,
    windowMs: number('windowMs', options.windowMs ?? 60_000, 1000, 3_600_000),
    tracing: boolean('tracing', options.tracing ?? true),
    maxSpanNames: wholeNumber('maxSpanNames', options.maxSpanNames ?? 200, 1, 2000),
  }
}
