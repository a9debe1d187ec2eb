import type { MeterProvider } from '@opentelemetry/api'
import { Monitor } from '../monitor.js'
import { boolean, known, number, show, wholeNumber } from '../options.js'
import type { ResourceMonitor } from '../types.js'

export interface SpanmeterMetricsInstrumentationConfig {
  /** Default true. */
  enabled?: boolean
  /** Where the metrics go. Default: the provider that the SDK sets with `setMeterProvider()`. */
  meterProvider?: MeterProvider
  /** The monitor to ask; it is started if it is not running. Default: one of its own, which samples every 10 ms. */
  monitor?: ResourceMonitor
  /**
   * How far maxima and means reach back, in ms, 1000 … 3600000. A reader that collects at least that often misses
   * nothing. Default 60000.
   */
  windowMs?: number
  /** Whether to measure the cost of tracing. It takes hooks at every await and the native sampler. Default true. */
  tracing?: boolean
  /** Whether to report `process.cpu.utilization`, too. Default false. */
  utilization?: boolean
  /** How many names of spans get histograms of their own, 1 … 2000; the others share one. Default 200. */
  maxSpanNames?: number
}

export type MetricsRules = Required<Omit<SpanmeterMetricsInstrumentationConfig, 'meterProvider' | 'monitor'>> &
  Pick<SpanmeterMetricsInstrumentationConfig, 'meterProvider' | 'monitor'>

const names = ['enabled', 'meterProvider', 'monitor', 'windowMs', 'tracing', 'utilization', 'maxSpanNames'] as const

/** Fills in the defaults. Throws a `TypeError` or `RangeError` for a bad option. */
export function checkMetricsOptions(config: SpanmeterMetricsInstrumentationConfig = {}): MetricsRules {
  const options = known(config, names)
  const { meterProvider, monitor } = options
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw new TypeError(`meterProvider must be an OpenTelemetry MeterProvider, got ${show(meterProvider)}`)
  }
  if (monitor !== undefined && !(monitor instanceof Monitor)) {
    throw new TypeError(`monitor must come from createMonitor(), got ${show(monitor)}`)
  }
  return {
    ...(meterProvider && { meterProvider }),
    ...(monitor && { monitor }),
    enabled: boolean('enabled', options.enabled ?? true),
    windowMs: number('windowMs', options.windowMs ?? 60_000, 1000, 3_600_000),
    tracing: boolean('tracing', options.tracing ?? true),
    utilization: boolean('utilization', options.utilization ?? false),
    maxSpanNames: wholeNumber('maxSpanNames', options.maxSpanNames ?? 200, 1, 2000),
  }
}
