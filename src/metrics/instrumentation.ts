import type { MeterProvider } from '@opentelemetry/api'
import { isStandIn } from '../sdk/stand-in.js'
import { warn } from '../sdk/warn.js'
import { Observables } from './observables.js'
import { checkMetricsOptions, type MetricsRules, type SpanmeterMetricsInstrumentationConfig } from './options.js'
import { Readings } from './readings.js'
import { SpanHistograms } from './span-histograms.js'
import { isOptIn, readNames } from './table.js'

/**
 * The metrics of this package as an OpenTelemetry instrumentation: for `registerInstrumentations()` and
 * `new NodeSDK({ instrumentations: [...] })`, or by hand with a meter provider. While it is disabled or has no meter
 * provider, nothing is sampled, wrapped or hooked.
 */
export class SpanmeterMetricsInstrumentation {
  readonly instrumentationName = 'spanmeter'
  readonly instrumentationVersion: string = require('../../package.json').version
  #rules: MetricsRules
  /** The one that the SDK told of. */
  #told: MeterProvider | undefined
  /** Of what is running, the last first. */
  #stop: (() => void)[] = []
  #warned = false

  /** Throws a `TypeError` or `RangeError` for a bad option. */
  constructor(config: SpanmeterMetricsInstrumentationConfig = {}) {
    this.#rules = checkMetricsOptions(config)
    this.#restart()
  }

  enable(): void {
    if (this.#rules.enabled) return
    this.#rules = { ...this.#rules, enabled: true }
    this.#restart()
  }

  /** Nothing is told any more. What a meter provider was told it keeps. */
  disable(): void {
    this.#rules = { ...this.#rules, enabled: false }
    this.#restart()
  }

  /** There are no spans here. */
  setTracerProvider(_provider: unknown): void {}

  /** The metrics go to this provider from now on, unless the config names another. */
  setMeterProvider(provider: MeterProvider): void {
    // An SDK may tell twice.
    if (provider === this.#told) return
    this.#told = provider
    if (this.#rules.meterProvider === undefined) this.#restart()
  }

  /** Begins anew with this config. Throws as the constructor does. */
  setConfig(config: SpanmeterMetricsInstrumentationConfig): void {
    this.#rules = checkMetricsOptions(config)
    this.#restart()
  }

  getConfig(): SpanmeterMetricsInstrumentationConfig {
    return this.#rules
  }

  #restart(): void {
    for (const stop of this.#stop.splice(0)) this.#harmless(stop)
    const provider = this.#rules.meterProvider ?? this.#told
    if (!this.#rules.enabled || !provider || isStandIn(provider)) return
    if (this.#harmless(() => this.#start(provider))) return
    for (const stop of this.#stop.splice(0)) this.#harmless(stop)
  }

  #start(provider: MeterProvider): void {
    const { maxSpanNames, utilization } = this.#rules
    const meter = provider.getMeter(this.instrumentationName, this.instrumentationVersion)
    const readings = new Readings(this.#rules)
    this.#stop.unshift(() => readings.stop())
    const names = readNames.filter((name) => utilization || !isOptIn(name))
    const observables = new Observables(meter, readings, names, this.#warn)
    this.#stop.unshift(() => observables.stop())
    const histograms = new SpanHistograms(meter, maxSpanNames, this.#warn)
    this.#stop.unshift(() => histograms.stop())
  }

  /** Whether it went well: the meter provider belongs to others. */
  #harmless(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      this.#warn(error)
      return false
    }
  }

  /** Once: a fault that repeats with each look must not flood the log. */
  readonly #warn = (error: unknown): void => {
    if (this.#warned) return
    this.#warned = true
    warn('metrics are missing:', error)
  }
}
