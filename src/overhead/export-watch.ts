import { context } from '@opentelemetry/api'
import { IterableWeakSet } from '../sdk/iterable-weak-set.js'
import { Patches } from '../sdk/patches.js'
import { processorsOf } from '../sdk/provider.js'
import { accountKey, attribution } from '../span-accounts/this-thread.js'
import type { TracingAccounts } from './tracing-accounts.js'

type Done = (...result: unknown[]) => void
type Export = (spans: unknown[], done?: Done) => unknown

interface Exporter {
  export: Export
}

/** The fields of the SDK's span processors that we use. */
interface ExportingProcessor {
  _exporter?: Exporter
  /** Ended spans that wait for their export. */
  _finishedSpans?: unknown
}

/**
 * Follows spans from their end until they are exported: attributes CPU time to exporters, with all that they do
 * asynchronously, and counts the spans that are held for them.
 */
export class ExportWatch {
  readonly #accounts: TracingAccounts
  /** Span processors with an exporter. */
  readonly #processors = new IterableWeakSet<ExportingProcessor>()
  readonly #known = new WeakSet<object>()
  readonly #patches = new Patches()
  #exporters = 0
  /**
   * Batches that exporters have not finished. Held weakly, so that spans that an exporter has dropped are not counted.
   */
  readonly #batches = new Set<WeakRef<readonly unknown[]>>()
  #exported = 0
  /** The spans in `#exported`, where several exporters get the same ones. */
  readonly #counted = new WeakSet<object>()
  #active = true

  constructor(accounts: TracingAccounts) {
    this.#accounts = accounts
  }

  watch(provider: object): void {
    for (const processor of processorsOf(provider) as ExportingProcessor[]) {
      if (this.#known.has(processor)) continue
      this.#known.add(processor)
      const { _exporter: exporter } = processor
      if (typeof exporter?.export !== 'function') continue
      this.#processors.add(processor)
      this.#wrap(exporter)
    }
  }

  /** Whether ended spans wait for their export. */
  get waiting(): boolean {
    return this.#queues().length > 0
  }

  /** Ended spans that wait for an export, and others that exporters are at work on. */
  get held(): { queued: number; exporting: number } {
    const [queues, batches] = [this.#queues(), this.#exporting()]
    if (this.#processors.size < 2) return { queued: lengthOf(queues), exporting: lengthOf(batches) }
    // Each processor has the same spans, of which each is counted once.
    const spans = new Set(queues.flat())
    const queued = spans.size
    for (const span of batches.flat()) spans.add(span)
    return { queued, exporting: spans.size - queued }
  }

  /** How many spans were given to an exporter, each counted once. */
  get exported(): number {
    return this.#exported
  }

  stop(): void {
    this.#active = false
    this.#patches.undo()
  }

  #wrap(exporter: Exporter): void {
    if (this.#known.has(exporter)) return
    this.#known.add(exporter)
    this.#exporters++
    const watch = this
    const before = Object.getOwnPropertyDescriptor(exporter, 'export')
    const original = exporter.export
    const wrapper = function (this: Exporter, spans: unknown[], done?: Done): unknown {
      if (!watch.#active || !Array.isArray(spans)) return original.call(this, spans, done)
      return watch.#export(this, original, spans, done)
    }
    exporter.export = wrapper
    this.#patches.add(exporter, () => {
      if (exporter.export !== wrapper) return
      if (before === undefined) delete (exporter as Partial<Exporter>).export
      else Object.defineProperty(exporter, 'export', before)
    })
  }

  #queues(): readonly unknown[][] {
    return [...this.#processors].flatMap(({ _finishedSpans: spans }) => {
      return Array.isArray(spans) && spans.length > 0 ? [spans] : []
    })
  }

  #exporting(): readonly (readonly unknown[])[] {
    return [...this.#batches].flatMap((reference) => {
      const spans = reference.deref()
      if (spans === undefined) this.#batches.delete(reference)
      return spans === undefined ? [] : [spans]
    })
  }

  #export(exporter: Exporter, original: Export, spans: unknown[], done: Done | undefined): unknown {
    const batch = new WeakRef(spans)
    this.#batches.add(batch)
    this.#exported += this.#exporters === 1 ? spans.length : this.#countNew(spans)
    const { sections } = attribution
    const outer = sections.enter(this.#accounts.export)
    try {
      const exporting = context.active().setValue(accountKey, this.#accounts.export)
      const finished: Done = (...result) => {
        this.#batches.delete(batch)
        done?.(...result)
      }
      // Bound, because a closure here would keep the spans alive through the variables that it shares with `finished`.
      return context.with(exporting, original.bind(exporter, spans, finished))
    } catch (error) {
      this.#batches.delete(batch)
      throw error
    } finally {
      sections.leave(outer)
    }
  }

  #countNew(spans: unknown[]): number {
    let count = 0
    for (const span of spans as object[]) {
      if (this.#counted.has(span)) continue
      this.#counted.add(span)
      count++
    }
    return count
  }
}

function lengthOf(lists: readonly (readonly unknown[])[]): number {
  return lists.reduce((sum, { length }) => sum + length, 0)
}
