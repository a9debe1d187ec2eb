import { attach } from '../sdk/provider.js'
import type { ResourceSpanProcessor } from './span-processor.js'

/** Puts a processor in front of those of each tracer provider, once, or warns if it cannot. Never throws. */
export class Attacher {
  readonly #makeProcessor: () => ResourceSpanProcessor
  readonly #warn: (message: string) => void
  #providers = new WeakSet<object>()
  // Only their providers keep them alive: a process may register thousands of providers, and drop them.
  readonly #processors = new Set<WeakRef<ResourceSpanProcessor>>()
  readonly #forgotten = new FinalizationRegistry<WeakRef<ResourceSpanProcessor>>((gone) =>
    this.#processors.delete(gone),
  )
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
      if (attach(provider, processor)) {
        this.#keep(processor)
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
    for (const processor of this.#processors) void processor.deref()?.shutdown()
    this.#processors.clear()
    this.#providers = new WeakSet()
  }

  #keep(processor: ResourceSpanProcessor): void {
    const reference = new WeakRef(processor)
    this.#processors.add(reference)
    this.#forgotten.register(processor, reference)
    this.#count++
  }
}
