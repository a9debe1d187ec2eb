/**
 * Whether a provider is the API's own, which does nothing until a real one is registered. It is recognized by having no
 * fields: a minifier may have changed the name of its class.
 */
export function isStandIn(provider: object): boolean {
  return Reflect.ownKeys(provider).length === 0
}
