import { Patches } from '../sdk/patches.js'
import { attribution } from '../span-accounts/this-thread.js'
import type { TracingAccounts } from './tracing-accounts.js'

interface InstrumentationScope {
  name: string
}

/** The fields of the SDK's tracers and spans that we use. SDK 1.x has `instrumentationLibrary`. */
interface Scoped {
  instrumentationScope?: InstrumentationScope
  instrumentationLibrary?: InstrumentationScope
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

/** Methods by which a span records something. */
const recordingMethods = [
  ...['setAttribute', 'setAttributes', 'addEvent', 'addLink', 'addLinks', 'setStatus', 'updateName', 'recordException'],
] as (keyof SdkSpan)[]

/**
 * Attributes the CPU time in which an SDK starts a span, records something on it and ends it. It wraps `startSpan`
 * of the SDK's class of tracers and the methods of its class of spans: all that the SDK and its processors do
 * happens in these.
 */
export class TracerWatch {
  readonly #accounts: TracingAccounts
  /** Called with every span that has ended, inside the section of its end. Must not throw. */
  readonly #ended: (span: object) => void
  /** How many recorded spans have started and ended, sampled or not. */
  readonly spans = { started: 0, ended: 0 }
  readonly #known = new WeakMap<object, Set<PropertyKey>>()
  readonly #patches = new Patches()
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
    this.#patches.undo()
  }

  #wrapTracers(prototype: SdkTracer): void {
    const watch = this
    const { sections } = attribution
    this.#wrap(prototype, 'startSpan', (startSpan: SdkTracer['startSpan']) => {
      let recorded: object | undefined
      const isRecorded = (span: SdkSpan | undefined): boolean => {
        try {
          // A tracer that somebody made by hand may return anything.
          const prototype = span && Object.getPrototypeOf(span)
          if (prototype && prototype !== recorded && span.isRecording?.()) {
            recorded = prototype
            watch.#wrapEnd(prototype)
            for (const name of recordingMethods) watch.#wrapRecording(prototype, name)
          }
          return prototype !== undefined && prototype === recorded
        } catch {
          // It cannot be inspected, or its class is frozen.
          return false
        }
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

  #wrapRecording(prototype: SdkSpan, name: keyof SdkSpan): void {
    const watch = this
    const { sections } = attribution
    this.#wrap(prototype, name, (record) => {
      const original = record as (...args: unknown[]) => unknown
      return function (this: SdkSpan, ...args: unknown[]): unknown {
        // It counts for the section around it already: that of a start, an end or another of these methods.
        if (!watch.#active || sections.current !== 0) return original.apply(this, args)
        const outer = sections.enter(watch.#accounts.of(scopeOf(this)).record)
        try {
          return original.apply(this, args)
        } finally {
          sections.leave(outer)
        }
      }
    })
  }

  #wrapEnd(prototype: SdkSpan): void {
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
          if (ends) watch.#spanEnded(this)
        } finally {
          sections.leave(outer)
        }
      }
    })
  }

  #spanEnded(span: object): void {
    this.spans.ended++
    this.#ended(span)
  }

  /** Wraps each method of a class once, however many tracers and spans the class has. */
  #wrap<T extends object, N extends keyof T>(target: T, name: N, wrapperOf: (original: T[N]) => Method): void {
    const known = this.#known.get(target) ?? new Set()
    if (known.has(name) || !Object.hasOwn(target, name)) return
    this.#known.set(target, known.add(name))
    const original = target[name]
    const wrapper = wrapperOf(original) as T[N]
    target[name] = wrapper
    this.#patches.add(target, () => {
      // If somebody else has wrapped it since, ours stays and only passes on.
      if (target[name] === wrapper) target[name] = original
    })
  }
}

/** `object` is undefined if a method is called without one. */
function scopeOf(object: Scoped | undefined): string {
  return (object?.instrumentationScope ?? object?.instrumentationLibrary)?.name ?? ''
}
