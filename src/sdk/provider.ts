/** The fields of the SDK's tracer provider that we use; each version has some of them. */
interface Provider {
  /** SDK 1.x; in 2.x it is private, where it still exists. */
  addSpanProcessor?(processor: unknown): void
  /** SDK 1.x: the list that `addSpanProcessor` adds to. Does not have the one that OTEL_TRACES_EXPORTER chose. */
  _registeredSpanProcessors?: unknown
  activeSpanProcessor?: unknown
  /** SDK 2.x and 3.x. */
  _activeSpanProcessor?: { _spanProcessors?: unknown }
}

/** How a processor was attached: through the provider's own list, or by its method. */
export type AttachedBy = 'list' | 'addSpanProcessor'

/**
 * Puts a processor in front of those that a provider has, which stay: it writes onto the span what they export. Since SDK
 * 2.0 there is no public way. False if the provider is of an unknown kind.
 */
export function attach(provider: object, processor: object): AttachedBy | false {
  const { _activeSpanProcessor: active, _registeredSpanProcessors: registered } = provider as Provider
  if (Array.isArray(active?._spanProcessors)) {
    active._spanProcessors.unshift(processor)
    return 'list'
  }
  if (typeof (provider as Provider).addSpanProcessor !== 'function') return false
  // The SDK shuts it down when the first processor is added, unless it is in the list.
  const { activeSpanProcessor: chosen } = provider as Provider
  if (Array.isArray(registered) && registered.length === 0 && chosen !== undefined) registered.push(chosen)
  ;(provider as Provider).addSpanProcessor!(processor)
  if (Array.isArray(registered) && registered.at(-1) === processor) registered.unshift(registered.pop())
  return 'addSpanProcessor'
}

/** The processors of a provider; none if it is of an unknown kind. */
export function processorsOf(provider: object): readonly object[] {
  const { _activeSpanProcessor: active, _registeredSpanProcessors: registered } = provider as Provider
  const found = active?._spanProcessors ?? registered
  return Array.isArray(found) ? found : []
}
