import { context } from '@opentelemetry/api'
import { IterableWeakSet } from '../sdk/iterable-weak-set.js'
import { watchRegistration } from '../sdk/registration.js'
import { accountKey, attribution } from '../span-accounts/this-thread.js'
import { ExportTraffic } from './export-traffic.js'
import { ExportWatch } from './export-watch.js'
import { MeanSpanSize } from './span-size.js'
import { TracerWatch } from './tracer-watch.js'
import { type ComponentCpu, TracingAccounts } from './tracing-accounts.js'

/** What tracing itself has cost this JavaScript thread since somebody began to measure it. */
export interface TracingCost {
  /** CPU time by component, from the turns of the thread and its CPU clock. */
  cpu: ComponentCpu[]
  /** How many recorded spans it was spent on. */
  spans: { started: number; ended: number; exported: number }
  /** Whether ended spans wait for their export. */
  waiting: boolean
  /** Bytes that exporters wrote to their sockets; undefined if none was seen. */
  exportedBytes: number | undefined
}

/** Memory of the spans that tracing holds: their number, each counted once, times the mean size of a span. In bytes. */
export interface TracingMemory {
  /** Spans that have ended and wait for an export. */
  queuedBytes: number
  /** Spans that an exporter is at work on and that wait for no other. */
  exportingBytes: number
}

interface Watches {
  accounts: TracingAccounts
  tracers: TracerWatch
  exports: ExportWatch
  traffic: ExportTraffic
}

/**
 * Measures what the tracing SDK takes, for every provider that is registered with the OpenTelemetry API on this thread.
 * All users share one; nothing is wrapped and no hook is installed while there are none.
 */
class TracingOverhead {
  readonly #providers = new IterableWeakSet<object>()
  readonly #known = new WeakSet<object>()
  readonly #spanSize = new MeanSpanSize()
  #users = 0
  #watching = false
  #hasFound = false
  #watches: Watches | undefined

  /** Whether a tracer provider was ever registered. */
  get traces(): boolean {
    return this.#hasFound
  }

  /** Adds a user. Throws where no binary loads, and where too many spans are open. */
  acquire(): void {
    attribution.acquire()
    if (this.#users > 0) {
      this.#users++
      return
    }
    try {
      this.#watches = this.#watch()
    } catch (error) {
      attribution.release()
      throw error
    }
    this.#users++
    if (!this.#watching) watchRegistration((provider) => this.#found(provider))
    this.#watching = true
    for (const provider of this.#providers) this.#watchProvider(provider)
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
    attribution.release()
  }

  /** Undefined while there are no users. */
  read(): TracingCost | undefined {
    if (this.#watches === undefined) return undefined
    const { accounts, tracers, exports, traffic } = this.#watches
    // Providers may have got further processors.
    for (const provider of this.#providers) this.#watchProvider(provider)
    return {
      cpu: accounts.read(),
      spans: { ...tracers.spans, exported: exports.exported },
      waiting: exports.waiting,
      exportedBytes: traffic.bytes,
    }
  }

  /** Undefined while there are no users. Where there are several exporters, it takes a visit to each span. */
  memory(): TracingMemory | undefined {
    if (this.#watches === undefined) return undefined
    const { queued, exporting } = this.#watches.exports.held
    const { bytes } = this.#spanSize
    return { queuedBytes: queued * bytes, exportingBytes: exporting * bytes }
  }

  /** To be called while a span starts: it is not sampled. */
  unsampled(): void {
    const { accounts } = this.#watches ?? {}
    if (accounts !== undefined) attribution.sections.reassign(accounts.unsampled)
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
    this.#hasFound = true
    this.#providers.add(provider)
    this.#watchProvider(provider)
  }

  #watchProvider(provider: object): void {
    if (this.#watches === undefined) return
    const { tracers, exports } = this.#watches
    for (const watch of [tracers, exports]) {
      try {
        watch.watch(provider)
      } catch {
        // It is of an unknown kind, or frozen.
      }
    }
  }
}

export const tracingOverhead = new TracingOverhead()
