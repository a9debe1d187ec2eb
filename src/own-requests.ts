/** The requests that this package makes for itself, which nobody has asked to see, and whose addresses may be secret. */
const own = new WeakSet<object>()

export function markOwnRequest(request: object): void {
  own.add(request)
}

export function isOwnRequest(request: object): boolean {
  return own.has(request)
}
