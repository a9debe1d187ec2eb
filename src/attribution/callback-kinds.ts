import { AsyncResource } from 'node:async_hooks'

/**
 * What the resource of a callback says of whom the callback is for.
 * - `once`: made by whom it calls back, and begins a run of callbacks.
 * - `request`: the same, but mostly inside a callback of the connection that serves it.
 * - `exit`: of a worker. Its last messages are handed over inside that callback.
 * - `shared`: fires many times, for whomever; who made it says nothing of whose answer this is.
 * - `continuation`: a promise; whoever awaits it.
 * - `inner`: runs inside a run of callbacks, in a context that it takes over from there or was bound to.
 */
export type CallbackKind = 'once' | 'request' | 'exit' | 'shared' | 'continuation' | 'inner'

/** By the name of the class in Node.js. */
const kinds: Readonly<Record<string, CallbackKind>> = {
  TCP: 'shared',
  TLSWrap: 'shared',
  Pipe: 'shared',
  TTY: 'shared',
  UDP: 'shared',
  JSStream: 'shared',
  Http2Session: 'shared',
  /** The parser of a connection of a server, for all requests that come over it. */
  HTTPServerAsyncResource: 'shared',
  MessagePort: 'shared',
  FSEvent: 'shared',
  StatWatcher: 'shared',
  Signal: 'shared',
  Worker: 'exit',
  HTTPClientAsyncResource: 'request',
  Http2Stream: 'request',
  TickObject: 'inner',
  Promise: 'continuation',
}

/** By the prototype. */
const known = new WeakMap<object, CallbackKind>()

/** Must not throw, whatever an addon takes for a resource. */
export function kindOf(resource: object): CallbackKind {
  const prototype = Object.getPrototypeOf(resource) as object | null
  if (prototype === null) return 'once'
  if (prototype === Object.prototype) return isTick(resource) ? 'inner' : 'once'
  const kind = known.get(prototype) ?? classify(prototype, resource)
  // Timers that repeat are of the same class as the others.
  return kind === 'once' && (resource as { _repeat?: unknown })._repeat ? 'shared' : kind
}

/** What `process.nextTick` makes; before version 26 of Node.js it had no class of its own. */
function isTick(resource: object): boolean {
  return 'callback' in resource && 'args' in resource
}

function classify(prototype: object, resource: object): CallbackKind {
  const kind = resource instanceof AsyncResource ? 'inner' : (kinds[nameOf(prototype)] ?? 'once')
  known.set(prototype, kind)
  return kind
}

function nameOf(prototype: object): string {
  try {
    return String(prototype.constructor.name)
  } catch {
    return ''
  }
}
