import { context } from '@opentelemetry/api'
import { watchRegistration } from '../sdk/registration.js'
import { accountKey, attribution } from '../span-accounts/this-thread.js'
import { ExportTraffic } from './export-traffic.js'
import { ExportWatch } from './export-watch.js'
import { MeanSpanSize } from './span-size.js'
import { TracerWatch } from './tracer-watch.js'
import { type ComponentCpu, TracingAccounts } from './tracing-accounts.js'

/** What tracing itself cost this JavaScript thread since somebody began to ask. */
export interface TracingCost {
  /** CPU time by component, from the turns of the thread and its CPU clock. */
  cpu: ComponentCpu[]
  /** What it was spent on: recorded spans. */
  spans: { started: number; ended: number; exported: number }
  /** Whether ended spans wait for their export. */
  waiting: boolean
  /** Bytes that exporters wrote to their sockets; undefined if none was seen. */
  exportedBytes: number | undefined
}

/** Spans that tracing holds, each once, times the mean size of a span, in bytes. */
export interface TracingMemory {
  /** They ended, and wait for an export. */
  queuedBytes: number
  /** An exporter is at work on them, and they wait for no other. */
  exportingBytes: number
}

interface Watches {
  accounts: TracingAccounts
  tracers: TracerWatch
  exports: ExportWatch
  traffic: ExportTraffic
}

/**
 * Measures what the tracing SDK takes, of every provider that is registered with the OpenTelemetry API on this thread.
 * One for all who ask; nothing is wrapped and no hook is installed while nobody does.
 */
class TracingOverhead {
  readonly #providers: WeakRef<object>[] = []
  readonly #known = new WeakSet<object>()
  readonly #spanSize = new MeanSpanSize()
  #users = 0
  #watching = false
  #watches: Watches | undefined

  /** Whether a tracer provider was ever registered. */
  get traces(): boolean {
    return this.#providers.length > 0
  }

  /** Somebody asks. Throws where no binary loads, and where too many spans are open. */
  acquire(): void {
    attribution.acquire(false)
    if (this.#users > 0) {
      this.#users++
      return
    }
    try {
      this.#watches = this.#watch()
    } catch (error) {
      attribution.release(false)
      throw error
    }
    this.#users++
    if (!this.#watching) watchRegistration((provider) => this.#found(provider))
    this.#watching = true
    for (const reference of this.#providers) this.#watchProvider(reference.deref())
  }

  release(): void {
    if (--this.#users === 0 && this.#watches !== undefined) {
      const { accounts, tracers, exports, traffic } = this.#watches
      this.#watches = undefined
      tracers.stop()
      exports.stop()
      traffic.stop()
      attribution.sections.own = undefined
      accounts.close()
    }
    attribution.release(false)
  }

  /** Undefined while nobody asks. */
  read(): TracingCost | undefined {
    if (this.#watches === undefined) return undefined
    const { accounts, tracers, exports, traffic } = this.#watches
    // Processors may have been added.
    for (const reference of this.#providers) this.#watchProvider(reference.deref())
    return {
      cpu: accounts.read(),
      spans: { ...tracers.spans, exported: exports.exported },
      waiting: exports.waiting,
      exportedBytes: traffic.bytes,
    }
  }

  /** Undefined while nobody asks. Where several exporters have spans, it takes a look at each of them. */
  memory(): TracingMemory | undefined {
    if (this.#watches === undefined) return undefined
    const { queued, exporting } = this.#watches.exports.held
    const { bytes } = this.#spanSize
    return { queuedBytes: queued * bytes, exportingBytes: exporting * bytes }
  }

  /** The span that starts right now is not sampled. */
  unsampled(): void {
    const { accounts } = this.#watches ?? {}
    if (accounts !== undefined) attribution.sections.change(accounts.unsampled)
  }

  #watch(): Watches {
    const accounts = new TracingAccounts()
    const { export: exporting } = accounts
    attribution.sections.own = accounts.spanmeter
    return {
      accounts,
      tracers: new TracerWatch(accounts, (span) => this.#spanSize.ended(span)),
      exports: new ExportWatch(accounts),
      traffic: new ExportTraffic(() => {
        return attribution.sections.current === exporting.handle || context.active().getValue(accountKey) === exporting
      }),
    }
  }

  #found(provider: object): void {
    if (this.#known.has(provider)) return
    this.#known.add(provider)
    this.#providers.push(new WeakRef(provider))
    this.#watchProvider(provider)
  }

  #watchProvider(provider: object | undefined): void {
    if (provider === undefined || this.#watches === undefined) return
    const { tracers, exports } = this.#watches
    for (const watch of [tracers, exports]) {
      try {
        watch.watch(provider)
      } catch {
        // One of an unknown kind, or frozen.
      }
    }
  }
}

export const tracingOverhead = new TracingOverhead()
