import { apiKey } from './api-key.js'
import { isStandIn } from './stand-in.js'

/** The registered tracer provider is a stand-in, that the real one is given to. */
interface ProxyProvider {
  getDelegate?(): unknown
  setDelegate?(provider: unknown): void
}

type Found = (provider: object) => void

const listeners = new Set<Found>()
const watchedPrototypes = new WeakSet<object>()

/**
 * Tells of each tracer provider that is registered with the OpenTelemetry API, now or later, through whichever copy of the
 * API package: all of them share one object under a global symbol. Nothing is loaded for it. A provider may be told more
 * than once. `found` must not throw.
 */
export function watchRegistration(found: Found): void {
  listeners.add(found)
  whenSet(globalThis, apiKey, (api) => whenSet(api, 'trace', (provider) => lookInto(provider, found)))
}

/** Tells of a provider, or of those that a stand-in for one is given, now or later. */
export function watchProvider(provider: object, found: Found): void {
  listeners.add(found)
  harmlessly(() => lookInto(provider, found))
}

/** Tells of none any more. */
export function unwatch(found: Found): void {
  listeners.delete(found)
}

function lookInto(provider: ProxyProvider, found: Found): void {
  if (typeof provider.setDelegate !== 'function') {
    found(provider)
    return
  }
  const delegate = provider.getDelegate?.()
  if (isReal(delegate)) found(delegate)
  watchPrototype(Object.getPrototypeOf(provider))
}

/** All stand-ins of one copy of the API at once, so that a later registration is noticed, too. */
function watchPrototype(prototype: ProxyProvider): void {
  const { setDelegate } = prototype
  if (setDelegate === undefined || watchedPrototypes.has(prototype)) return
  watchedPrototypes.add(prototype)
  prototype.setDelegate = function (this: ProxyProvider, provider: unknown) {
    setDelegate.call(this, provider)
    if (!isReal(provider)) return
    for (const found of listeners) found(provider)
  }
}

function isReal(provider: unknown): provider is object {
  return isObject(provider) && !isStandIn(provider)
}

/**
 * Calls back with the object that a property holds, if any, and with each that it is set to where it was not there. The
 * setter is inherited: what the object itself has is a plain property, that others may delete and set again, and another
 * copy of this package may do the same.
 */
function whenSet(target: object, key: PropertyKey, callback: (value: object) => void): void {
  harmlessly(() => {
    const above = Object.getPrototypeOf(target)
    const tell = (value: unknown) => {
      if (isObject(value)) harmlessly(() => callback(value))
    }
    tell(Reflect.get(target, key))
    const watcher = Object.create(above, {
      [key]: {
        get() {
          return Reflect.get(above, key, this)
        },
        set(value: unknown) {
          Reflect.set(above, key, value, this)
          tell(value)
        },
      },
    })
    Object.setPrototypeOf(target, watcher)
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What is looked at belongs to others, who may have frozen it. */
function harmlessly(look: () => void): void {
  try {
    look()
  } catch {}
}
