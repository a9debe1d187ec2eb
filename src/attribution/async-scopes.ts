import { AsyncResource, executionAsyncId } from 'node:async_hooks'
import { type Place, WrappedMethod } from './wrapped-method.js'

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

interface Listener {
  onScope(): void
  onPause(): void
}

/** Undefined while nobody watches. */
let listener: Listener | undefined
const method = new WrappedMethod(AsyncResource.prototype, 'runInAsyncScope', runningInAsyncScope)

/**
 * Calls `onScope` at both ends of code that runs in an async scope inside another callback, or `onPause` at the end where
 * there is no other: as in microtasks, which Node.js runs after it has left the callback. Undefined ends that. There
 * is no `before` hook at the end of such a scope, and an `after` hook would double the price of every await. All of
 * these scopes go through one method: those of `bind` and `snapshot`, of queueMicrotask and of the resources of other
 * packages. Only a method that was bound to its object before anybody watched is missed.
 */
export function watchAsyncScopes(to: Listener | undefined): void {
  listener = to
  if (to === undefined) method.takeOut()
  else method.putInPlace()
}

/**
 * Node.js enters a scope before it calls the hooks for that, and never leaves it if the stack ends in between; later it aborts
 * the process. So a call with many arguments takes as much stack before, where an error does no harm.
 */
const room: readonly unknown[] = new Array(256).fill(undefined)
function needRoom(): void {}

/** While nobody watches it only passes on. */
function runningInAsyncScope(place: Place): RunInAsyncScope {
  return function (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
    const run = place.original as RunInAsyncScope
    if (listener === undefined || !place.isCurrent) return run.call(this, fn, thisArg, ...args)
    Reflect.apply(needRoom, undefined, room)
    try {
      return run.call(this, enter, fn, thisArg, args)
    } finally {
      try {
        if (executionAsyncId() === 0) listener?.onPause()
        else listener?.onScope()
      } catch {
        // There is no more stack. The next turn is reported.
      }
    }
  }
}

/** The context changes only after the scope's `before` hook, so the turn is reported from inside the scope. */
function enter(this: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
  try {
    listener?.onScope()
  } catch {
    // As above.
  }
  return Reflect.apply(this, thisArg, args)
}
