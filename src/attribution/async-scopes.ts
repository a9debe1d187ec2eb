import { AsyncResource } from 'node:async_hooks'

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

const { prototype } = AsyncResource as unknown as { prototype: { runInAsyncScope: RunInAsyncScope } }

/** Undefined while nobody watches. */
let listener: (() => void) | undefined
/** The method that ours replaced, and calls. */
let original = prototype.runInAsyncScope
let inPlace = false

/**
 * Calls `onTurn` at both ends of code that runs in an async scope inside another callback; undefined ends that. There
 * is no `before` hook at the end of such a scope, and an `after` hook would double the price of every await. All of
 * these scopes go through one method: those of `bind` and `snapshot`, of queueMicrotask and of the resources of other
 * packages. Only a method that was bound to its object before anybody watched is missed.
 */
export function watchAsyncScopes(onTurn: (() => void) | undefined): void {
  listener = onTurn
  if (onTurn !== undefined && !inPlace) {
    original = prototype.runInAsyncScope
    prototype.runInAsyncScope = runInAsyncScope
    inPlace = true
  }
  // If somebody has wrapped ours meanwhile, it stays.
  if (onTurn === undefined && prototype.runInAsyncScope === runInAsyncScope) {
    prototype.runInAsyncScope = original
    inPlace = false
  }
}

/** One function for the life of the process, because others may keep it: while nobody watches it only passes on. */
function runInAsyncScope(this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
  if (listener === undefined) return original.call(this, fn, thisArg, ...args)
  try {
    return original.call(this, enter, fn, thisArg, args)
  } finally {
    listener?.()
  }
}

/** The context changes only after the scope's `before` hook, so the turn is reported from inside the scope. */
function enter(this: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
  listener?.()
  return Reflect.apply(this, thisArg, args)
}
