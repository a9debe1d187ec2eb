import { AsyncResource } from 'node:async_hooks'
import { WrappedMethod } from './wrapped-method.js'

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

/** Undefined while nobody watches. */
let listener: (() => void) | undefined
const method = new WrappedMethod(AsyncResource.prototype, 'runInAsyncScope', runInAsyncScope)

/**
 * Calls `onTurn` at both ends of code that runs in an async scope inside another callback; undefined ends that. There
 * is no `before` hook at the end of such a scope, and an `after` hook would double the price of every await. All of
 * these scopes go through one method: those of `bind` and `snapshot`, of queueMicrotask and of the resources of other
 * packages. Only a method that was bound to its object before anybody watched is missed.
 */
export function watchAsyncScopes(onTurn: (() => void) | undefined): void {
  listener = onTurn
  if (onTurn === undefined) method.takeOut()
  else method.putInPlace()
}

/** While nobody watches it only passes on. */
function runInAsyncScope(this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
  const run = method.original as RunInAsyncScope
  if (listener === undefined) return run.call(this, fn, thisArg, ...args)
  try {
    return run.call(this, enter, fn, thisArg, args)
  } finally {
    listener?.()
  }
}

/** The context changes only after the scope's `before` hook, so the turn is reported from inside the scope. */
function enter(this: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
  listener?.()
  return Reflect.apply(this, thisArg, args)
}
