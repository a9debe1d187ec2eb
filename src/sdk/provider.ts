/** What every version of the SDK's tracer provider has of these. */
interface Provider {
  /** SDK 1.x; in 2.x private where it is left. */
  addSpanProcessor?(processor: unknown): void
  /** SDK 1.x: what `addSpanProcessor` adds to. Empty where OTEL_TRACES_EXPORTER chose the active one, or nothing did. */
  _registeredSpanProcessors?: unknown
  activeSpanProcessor?: unknown
  /** SDK 2.x and 3.x. */
  _activeSpanProcessor?: { _spanProcessors?: unknown }
}

/** The provider's own list of processors, or its method. */
export type AttachedBy = 'list' | 'addSpanProcessor'

/**
 * Puts a processor in front of those that a provider has, which stay. Before them, because it writes onto the span what
 * they export. There is no public way since SDK 2.0; false where none of the known ones leads there.
 */
export function attach(provider: object, processor: object): AttachedBy | false {
  const { _activeSpanProcessor: active, _registeredSpanProcessors: registered } = provider as Provider
  if (Array.isArray(active?._spanProcessors)) {
    active._spanProcessors.unshift(processor)
    return 'list'
  }
  if (typeof (provider as Provider).addSpanProcessor !== 'function') return false
  // It would be shut down for the first that is added.
  const { activeSpanProcessor: chosen } = provider as Provider
  if (Array.isArray(registered) && registered.length === 0 && chosen !== undefined) registered.push(chosen)
  ;(provider as Provider).addSpanProcessor!(processor)
  if (Array.isArray(registered) && registered.at(-1) === processor) registered.unshift(registered.pop())
  return 'addSpanProcessor'
}

/** The processors that a provider has, as far as it is of a known kind. */
export function processorsOf(provider: object): readonly object[] {
  const { _activeSpanProcessor: active, _registeredSpanProcessors: registered } = provider as Provider
  const found = active?._spanProcessors ?? registered
  return Array.isArray(found) ? found : []
}
