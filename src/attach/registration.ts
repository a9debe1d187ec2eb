import { apiKey } from '../otel/api-key.js'

/** The registered tracer provider is a stand-in, that the real one is given to. */
interface ProxyProvider {
  getDelegate?(): object
  setDelegate?(provider: object): void
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
  onceAssigned(globalThis, apiKey, (api) => onceAssigned(api, 'trace', (provider) => lookInto(provider, found)))
}

/** Tells of a provider, or of those that a stand-in for one is given, now or later. */
export function watchProvider(provider: ProxyProvider, found: Found): void {
  listeners.add(found)
  lookInto(provider, found)
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
  watchPrototype(Object.getPrototypeOf(provider))
  const delegate = provider.getDelegate?.()
  if (delegate !== undefined && isReal(delegate)) found(delegate)
}

/** All stand-ins of one copy of the API at once, so that a later registration is noticed, too. */
function watchPrototype(prototype: ProxyProvider): void {
  const { setDelegate } = prototype
  if (setDelegate === undefined || watchedPrototypes.has(prototype)) return
  watchedPrototypes.add(prototype)
  prototype.setDelegate = function (this: ProxyProvider, provider: object) {
    setDelegate.call(this, provider)
    if (!isReal(provider)) return
    for (const found of listeners) found(provider)
  }
}

/** Not the one that does nothing, which stands in until there is another. */
function isReal(provider: object): boolean {
  return provider.constructor?.name !== 'NoopTracerProvider'
}

/** Calls back with the object that a property holds, or else with the first that it is set to. */
function onceAssigned(target: object, key: PropertyKey, callback: (value: object) => void): void {
  const present = (target as Record<PropertyKey, object | undefined>)[key]
  if (present !== undefined) {
    callback(present)
    return
  }
  Object.defineProperty(target, key, {
    configurable: true,
    get: () => undefined,
    set(value: object) {
      Object.defineProperty(target, key, { configurable: true, enumerable: true, writable: true, value })
      if (typeof value === 'object' && value !== null) callback(value)
    },
  })
}
