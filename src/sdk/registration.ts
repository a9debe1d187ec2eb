import { apiKey, harmlessly, isObject, whenApiIsUsed, whenSet } from './api-global.js'
import { isStandIn } from './stand-in.js'

/** What the API registers as tracer provider: it passes on to the real one, its delegate. */
interface ProxyProvider {
  getDelegate?(): unknown
  setDelegate?(provider: unknown): void
}

type Found = (provider: object) => void

const listeners = new Set<Found>()
/** Of these, who wants to know of each registration. */
const registrationListeners = new Set<Found>()
/** Who comes after all others, as what a flag does: what the application has set up itself is there by then. */
const lastListeners = new Set<Found>()
let isWatching = false
const watchedPrototypes = new WeakSet<object>()

/**
 * Calls `found` with each tracer provider that is registered with the OpenTelemetry API, now or later, through
 * whichever copy of the API package: all copies share one object under a global symbol. Nothing is loaded for it.
 * `found` may be called more than once with the same provider. What it throws is lost.
 */
export function watchRegistration(found: Found): void {
  listeners.add(found)
  registrationListeners.add(found)
  if (isWatching) {
    const provider = (Reflect.get(globalThis, apiKey) as { trace?: unknown } | undefined)?.trace
    if (isObject(provider)) harmlessly(() => inspect(provider, found))
    return
  }
  // Once for all who come and go: the objects of the API keep it.
  isWatching = true
  whenApiIsUsed((api) => whenSet(api, 'trace', inspectForAll))
}

/** The same for one global object of the API, for ever, and after all others. */
export function watchApi(api: object, found: Found): void {
  lastListeners.add(found)
  whenSet(api, 'trace', (provider) => inspect(provider, found))
}

/** Calls `found` with a provider; if it is a proxy, with each delegate that it has or is given later. */
export function watchProvider(provider: object, found: Found): void {
  listeners.add(found)
  harmlessly(() => inspect(provider, found))
}

/** `found` is not called any more. */
export function unwatch(found: Found): void {
  listeners.delete(found)
  registrationListeners.delete(found)
}

function inspectForAll(provider: object): void {
  for (const found of [...registrationListeners]) harmlessly(() => inspect(provider, found))
}

function inspect(provider: ProxyProvider, found: Found): void {
  if (typeof provider.setDelegate !== 'function') {
    found(provider)
    return
  }
  const delegate = provider.getDelegate?.()
  if (isReal(delegate)) found(delegate)
  watchPrototype(Object.getPrototypeOf(provider))
}

/** All proxies of one copy of the API at once, so that a registration after a reset of the API is noticed, too. */
function watchPrototype(prototype: ProxyProvider): void {
  const { setDelegate } = prototype
  if (setDelegate === undefined || watchedPrototypes.has(prototype)) return
  watchedPrototypes.add(prototype)
  prototype.setDelegate = function (this: ProxyProvider, provider: unknown) {
    setDelegate.call(this, provider)
    if (!isReal(provider)) return
    // This is the application's own call.
    for (const found of [...listeners, ...lastListeners]) harmlessly(() => found(provider))
  }
}

function isReal(provider: unknown): provider is object {
  return isObject(provider) && !isStandIn(provider)
}
