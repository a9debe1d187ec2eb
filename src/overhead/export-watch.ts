import { context } from '@opentelemetry/api'
import { processorsOf } from '../attach/provider.js'
import { accountKey, attribution } from '../otel/local-spans.js'
import type { TracingAccounts } from './tracing-accounts.js'

type Done = (...result: unknown[]) => void
type Export = (spans: unknown[], done: Done) => unknown

interface Exporter {
  export: Export
}

/** What the span processors of every SDK have of these. */
interface ExportingProcessor {
  _exporter?: Exporter
  /** Ended spans that wait for their export. */
  _finishedSpans?: unknown
}

/**
 * Follows spans from the end of them until they were exported: books what exporters do, with all that goes on
 * asynchronously, and counts the spans that are held for them.
 */
export class ExportWatch {
  readonly #accounts: TracingAccounts
  readonly #processors: WeakRef<ExportingProcessor>[] = []
  readonly #known = new WeakSet<object>()
  #restore: (() => void)[] = []
  #exporters = 0
  #exporting = 0
  #exported = 0
  /** Only where several exporters get the same ones. */
  readonly #counted = new WeakSet<object>()
  #active = true

  constructor(accounts: TracingAccounts) {
    this.#accounts = accounts
  }

  watch(provider: object): void {
    for (const processor of processorsOf(provider) as ExportingProcessor[]) {
      if (this.#known.has(processor)) continue
      this.#known.add(processor)
      this.#processors.push(new WeakRef(processor))
      const { _exporter: exporter } = processor
      if (typeof exporter?.export === 'function') this.#wrap(exporter)
    }
  }

  /** Ended spans that wait for their export. */
  get queued(): number {
    let count = 0
    for (const reference of this.#processors) {
      const spans = reference.deref()?._finishedSpans
      if (Array.isArray(spans)) count += spans.length
    }
    return count
  }

  /** Spans that were given to an exporter which has not said yet that it is done. */
  get exporting(): number {
    return this.#exporting
  }

  /** Spans that were given to an exporter, each once. */
  get exported(): number {
    return this.#exported
  }

  stop(): void {
    this.#active = false
    for (const restore of this.#restore.splice(0)) {
      try {
        restore()
      } catch {
        // It was frozen meanwhile; ours passes on.
      }
    }
  }

  #wrap(exporter: Exporter): void {
    if (this.#known.has(exporter)) return
    this.#known.add(exporter)
    this.#exporters++
    const watch = this
    const before = Object.getOwnPropertyDescriptor(exporter, 'export')
    const original = exporter.export
    const wrapper = function (this: Exporter, spans: unknown[], done: Done): unknown {
      return watch.#active ? watch.#export(this, original, spans, done) : original.call(this, spans, done)
    }
    exporter.export = wrapper
    this.#restore.push(() => {
      if (exporter.export !== wrapper) return
      if (before === undefined) delete (exporter as Partial<Exporter>).export
      else Object.defineProperty(exporter, 'export', before)
    })
  }

  #export(exporter: Exporter, original: Export, spans: unknown[], done: Done): unknown {
    const { length } = spans
    let held = true
    this.#exporting += length
    this.#exported += this.#exporters === 1 ? length : this.#countNew(spans)
    const release = () => {
      if (held) this.#exporting -= length
      held = false
    }
    const { sections } = attribution
    const outer = sections.enter(this.#accounts.export)
    try {
      const exporting = context.active().setValue(accountKey, this.#accounts.export)
      const tell: Done = (...result) => {
        release()
        done(...result)
      }
      return context.with(exporting, () => original.call(exporter, spans, tell))
    } catch (error) {
      release()
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
