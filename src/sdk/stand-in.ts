/**
 * Whether a provider is the one of the API that does nothing, which stands in until there is another. A minifier may have
 * taken its name, but it alone holds nothing.
 */
export function isStandIn(provider: object): boolean {
  return Reflect.ownKeys(provider).length === 0
}
