import type { ResourceSpanProcessor } from '../otel/span-processor.js'
import { attach } from './provider.js'

/** Puts a processor of its own in front of those of each provider that it is told of, once. Never throws. */
export class Attacher {
  readonly #makeProcessor: () => ResourceSpanProcessor
  readonly #warn: (message: string) => void
  readonly #processors = new Map<object, ResourceSpanProcessor>()

  constructor(makeProcessor: () => ResourceSpanProcessor, warn: (message: string) => void) {
    this.#makeProcessor = makeProcessor
    this.#warn = warn
  }

  /** How many providers it is attached to. */
  get count(): number {
    return this.#processors.size
  }

  attachTo(provider: object): void {
    if (this.#processors.has(provider)) return
    try {
      const processor = this.#makeProcessor()
      if (attach(provider, processor)) {
        this.#processors.set(provider, processor)
      } else {
        void processor.shutdown()
        this.#warn(`a tracer provider of an unknown kind (${provider.constructor?.name}) was left alone`)
      }
    } catch (error) {
      this.#warn(`spans go without resource attributes: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Spans get no attributes any more. What was put into a provider stays there, and does nothing. */
  detach(): void {
    for (const processor of this.#processors.values()) void processor.shutdown()
    this.#processors.clear()
  }
}
