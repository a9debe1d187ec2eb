const methods: readonly PropertyKey[] = ['constructor', 'getTracer', 'getMeter']

/**
 * Whether a provider is the API's own, which does nothing until a real one is registered. It is recognized by having no
 * fields and nothing that a real one has beside its one method: a minifier may have changed the name of its class.
 */
export function isStandIn(provider: object): boolean {
  if (Reflect.ownKeys(provider).length > 0) return false
  const prototype = Object.getPrototypeOf(provider)
  return prototype === null || Reflect.ownKeys(prototype).every((key) => methods.includes(key))
}
