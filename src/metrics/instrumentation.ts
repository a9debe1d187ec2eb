import type { MeterProvider } from '@opentelemetry/api'
import { isStandIn } from '../sdk/stand-in.js'
import { warn } from '../sdk/warn.js'
import { MetricCollector } from './metric-collector.js'
import { Observables } from './observables.js'
import { checkMetricsOptions, type MetricsRules, type SpanmeterMetricsInstrumentationConfig } from './options.js'
import { SpanInstruments } from './span-instruments.js'
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
  /** The provider that the SDK has set. */
  #sdkProvider: MeterProvider | undefined
  /** How to stop what is running, the latest first. */
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

  /** Nothing is measured any more. A meter provider keeps what it has got so far. */
  disable(): void {
    this.#rules = { ...this.#rules, enabled: false }
    this.#restart()
  }

  /** Called by the SDK. This instrumentation makes no spans. */
  setTracerProvider(_provider: unknown): void {}

  /** The metrics go to this provider from now on, unless the config names another. */
  setMeterProvider(provider: MeterProvider): void {
    // An SDK may set the same provider twice.
    if (provider === this.#sdkProvider) return
    this.#sdkProvider = provider
    if (this.#rules.meterProvider === undefined) this.#restart()
  }

  /** Starts again with this config. Throws what the constructor throws. */
  setConfig(config: SpanmeterMetricsInstrumentationConfig): void {
    this.#rules = checkMetricsOptions(config)
    this.#restart()
  }

  getConfig(): SpanmeterMetricsInstrumentationConfig {
    return this.#rules
  }

  #restart(): void {
    for (const stop of this.#stop.splice(0)) this.#harmless(stop)
    const provider = this.#rules.meterProvider ?? this.#sdkProvider
    if (!this.#rules.enabled || !provider || isStandIn(provider)) return
    if (this.#harmless(() => this.#start(provider))) return
    for (const stop of this.#stop.splice(0)) this.#harmless(stop)
  }

  #start(provider: MeterProvider): void {
    const { maxSpanNames, utilization } = this.#rules
    const meter = provider.getMeter(this.instrumentationName, this.instrumentationVersion)
    const collector = new MetricCollector(this.#rules)
    this.#stop.unshift(() => collector.stop())
    const names = readNames.filter((name) => utilization || !isOptIn(name))
    const observables = new Observables(meter, collector, names, this.#warn)
    this.#stop.unshift(() => observables.stop())
    const instruments = new SpanInstruments(meter, maxSpanNames, this.#warn)
    this.#stop.unshift(() => instruments.stop())
  }

  /** Returns whether `work` succeeded. The meter provider belongs to others, and may throw. */
  #harmless(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      this.#warn(error)
      return false
    }
  }

  /** Warns once: a fault that repeats with each collection must not flood the log. */
  readonly #warn = (error: unknown): void => {
    if (this.#warned) return
    this.#warned = true
    warn('metrics are missing:', error)
  }
}
