import { attribution } from '../otel/local-spans.js'
import type { TracingAccounts } from './tracing-accounts.js'

interface Scope {
  name: string
}

/** What tracers and spans of every SDK have of these; `instrumentationLibrary` is of 1.x. */
interface Scoped {
  instrumentationScope?: Scope
  instrumentationLibrary?: Scope
}

interface SdkSpan extends Scoped {
  isRecording?(): boolean
  end(...args: unknown[]): void
}

interface SdkTracer extends Scoped {
  startSpan(...args: unknown[]): SdkSpan
}

interface Provider {
  getTracer?(name: string): SdkTracer
}

type Method = (this: never, ...args: never[]) => unknown

/**
 * Books what an SDK does to start and to end a span. It wraps `startSpan` of its class of tracers and `end` of its class
 * of spans: all that the SDK and its processors do then happens in these calls.
 */
export class TracerWatch {
  readonly #accounts: TracingAccounts
  /** Called with every span that ended, inside its section. Must not throw. */
  readonly #ended: (span: object) => void
  /** Spans that are recorded, sampled or not. */
  readonly spans = { started: 0, ended: 0 }
  readonly #known = new WeakSet<object>()
  #restore: (() => void)[] = []
  #active = true

  constructor(accounts: TracingAccounts, ended: (span: object) => void) {
    this.#accounts = accounts
    this.#ended = ended
  }

  watch(provider: Provider): void {
    const tracer = provider.getTracer?.('spanmeter')
    const prototype = tracer && Object.getPrototypeOf(tracer)
    if (typeof prototype?.startSpan === 'function') this.#wrapTracers(prototype)
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

  #wrapTracers(prototype: SdkTracer): void {
    const watch = this
    const { sections } = attribution
    this.#wrap(prototype, 'startSpan', (startSpan: SdkTracer['startSpan']) => {
      let recorded: object | undefined
      const isRecorded = (span: SdkSpan | undefined): boolean => {
        // A tracer of somebody's own making may return anything.
        const prototype = span && Object.getPrototypeOf(span)
        if (prototype && prototype !== recorded && span.isRecording?.()) {
          recorded = prototype
          watch.#wrapSpans(prototype)
        }
        return prototype !== undefined && prototype === recorded
      }
      return function (this: SdkTracer, ...args: unknown[]): SdkSpan {
        if (!watch.#active) return startSpan.apply(this, args)
        attribution.watch()
        const outer = sections.enter(watch.#accounts.of(scopeOf(this)).start)
        try {
          const span = startSpan.apply(this, args)
          if (isRecorded(span)) watch.spans.started++
          return span
        } finally {
          sections.leave(outer)
        }
      }
    })
  }

  #wrapSpans(prototype: SdkSpan): void {
    const watch = this
    const { sections } = attribution
    this.#wrap(prototype, 'end', (end: SdkSpan['end']) => {
      return function (this: SdkSpan, ...args: unknown[]): void {
        if (!watch.#active) {
          end.apply(this, args)
          return
        }
        const outer = sections.enter(watch.#accounts.of(scopeOf(this)).end)
        try {
          const ends = this.isRecording?.()
          end.apply(this, args)
          if (ends) watch.#told(this)
        } finally {
          sections.leave(outer)
        }
      }
    })
  }

  #told(span: object): void {
    this.spans.ended++
    this.#ended(span)
  }

  /** Each class once, however many tracers and spans it has. */
  #wrap<T extends object, N extends keyof T>(target: T, name: N, wrapperOf: (original: T[N]) => Method): void {
    if (this.#known.has(target) || !Object.hasOwn(target, name)) return
    this.#known.add(target)
    const original = target[name]
    const wrapper = wrapperOf(original) as T[N]
    target[name] = wrapper
    this.#restore.push(() => {
      // Somebody else may have wrapped it again; ours passes on then.
      if (target[name] === wrapper) target[name] = original
    })
  }
}

function scopeOf({ instrumentationScope, instrumentationLibrary }: Scoped): string {
  return (instrumentationScope ?? instrumentationLibrary)?.name ?? ''
}
