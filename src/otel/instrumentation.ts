import { boolean } from '../options.js'
import { unwatch, watchProvider } from '../sdk/registration.js'
import { warn } from '../sdk/warn.js'
import { Attacher } from './attacher.js'
import { checkProcessorOptions, type ResourceSpanProcessorOptions } from './options.js'
import { ResourceSpanProcessor } from './span-processor.js'

export interface SpanmeterInstrumentationConfig extends ResourceSpanProcessorOptions {
  /** Default true. */
  enabled?: boolean
}

/**
 * `ResourceSpanProcessor` as an OpenTelemetry instrumentation: `new NodeSDK({ instrumentations: [...] })` and
 * `registerInstrumentations()` attach it without replacing the span processors that the SDK sets up by itself.
 */
export class SpanmeterInstrumentation {
  readonly instrumentationName = 'spanmeter'
  readonly instrumentationVersion: string = require('../../package.json').version
  #config: SpanmeterInstrumentationConfig
  #provider: object | undefined
  readonly #attacher = new Attacher(() => new ResourceSpanProcessor(this.#processorOptions()), warn)

  /** Throws a `TypeError` or `RangeError` for a bad option. */
  constructor(config: SpanmeterInstrumentationConfig = {}) {
    this.#config = check(config)
  }

  enable(): void {
    this.#config = { ...this.#config, enabled: true }
    if (this.#provider !== undefined) watchProvider(this.#provider, this.#found)
  }

  /** Spans get no attributes any more. */
  disable(): void {
    this.#config = { ...this.#config, enabled: false }
    unwatch(this.#found)
    this.#attacher.detach()
  }

  setTracerProvider(provider: object): void {
    this.#provider = provider
    watchProvider(provider, this.#found)
  }

  /** Called by the SDK. This instrumentation has no metrics. */
  setMeterProvider(_provider: unknown): void {}

  /** Takes effect for providers that are registered from now on. */
  setConfig(config: SpanmeterInstrumentationConfig): void {
    this.#config = check(config)
  }

  getConfig(): SpanmeterInstrumentationConfig {
    return this.#config
  }

  readonly #found = (provider: object): void => {
    if (this.#config.enabled) this.#attacher.attachTo(provider)
  }

  #processorOptions(): ResourceSpanProcessorOptions {
    const { enabled: _, ...options } = this.#config
    return options
  }
}

function check(config: SpanmeterInstrumentationConfig): SpanmeterInstrumentationConfig {
  // Of null the next line says what was expected.
  const { enabled = true, ...options } = config ?? {}
  checkProcessorOptions(config && options)
  boolean('enabled', enabled)
  return { ...options, enabled }
}
