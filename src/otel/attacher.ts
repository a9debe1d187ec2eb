import { IterableWeakSet } from '../sdk/iterable-weak-set.js'
import { attach, processorsOf } from '../sdk/provider.js'
import type { ResourceSpanProcessor } from './span-processor.js'

/**
 * Puts a processor in front of those of each tracer provider that has none, once, or warns if it cannot. Never throws.
 */
export class Attacher {
  readonly #makeProcessor: () => ResourceSpanProcessor
  readonly #warn: (message: string) => void
  #providers = new WeakSet<object>()
  // Only their providers keep them alive: a process may register thousands of providers, and drop them.
  readonly #processors = new IterableWeakSet<ResourceSpanProcessor>()
  #count = 0

  constructor(makeProcessor: () => ResourceSpanProcessor, warn: (message: string) => void) {
    this.#makeProcessor = makeProcessor
    this.#warn = warn
  }

  /** How many providers have got a processor so far. */
  get count(): number {
    return this.#count
  }

  attachTo(provider: object): void {
    if (this.#providers.has(provider)) return
    this.#providers.add(provider)
    try {
      const processor = this.#makeProcessor()
      // The application may have set up its own.
      if (!processor.isNeededBeside(processorsOf(provider))) void processor.shutdown()
      else if (attach(provider, processor)) {
        this.#processors.add(processor)
        this.#count++
      } else {
        void processor.shutdown()
        this.#warn(`a tracer provider of an unknown kind (${provider.constructor?.name}) was left alone`)
      }
    } catch (error) {
      this.#warn(`spans go without resource attributes: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Spans get no attributes any more. The processors stay in their providers, and do nothing. */
  detach(): void {
    for (const processor of this.#processors) void processor.shutdown()
    this.#processors.clear()
    this.#providers = new WeakSet()
  }
}
