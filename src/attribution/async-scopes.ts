import { AsyncResource } from 'node:async_hooks'

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

/** Where a function that we put in the place of another one keeps that. The same in all copies of this package. */
const original = Symbol.for('spanmeter original runInAsyncScope')

type Wrapper = RunInAsyncScope & { [original]: Wrapped }
type Wrapped = RunInAsyncScope & { [original]?: Wrapped }

const { prototype } = AsyncResource as unknown as { prototype: { runInAsyncScope: Wrapped } }

/** Undefined while nobody watches. */
let listener: (() => void) | undefined
/** Ours, while it is in place. */
let ours: Wrapper | undefined

/**
 * Calls `onTurn` at both ends of code that runs in an async scope inside another callback; undefined ends that. There
 * is no `before` hook at the end of such a scope, and an `after` hook would double the price of every await. All of
 * these scopes go through one method: those of `bind` and `snapshot`, of queueMicrotask and of the resources of other
 * packages. Only a method that was bound to its object before anybody watched is missed.
 */
export function watchAsyncScopes(onTurn: (() => void) | undefined): void {
  listener = onTurn
  if (onTurn !== undefined && ours === undefined) {
    ours = Object.assign(runInAsyncScope, { [original]: prototype.runInAsyncScope })
    prototype.runInAsyncScope = ours
  }
  if (onTurn === undefined && ours !== undefined && takeOut(ours)) ours = undefined
}

/** False if somebody else has wrapped ours: then it stays. Another copy of this package lets it go. */
function takeOut(wrapper: Wrapper): boolean {
  const { runInAsyncScope: top } = prototype
  if (top === wrapper) {
    prototype.runInAsyncScope = wrapper[original]
    return true
  }
  for (let above: Wrapped | undefined = top; above !== undefined; above = above[original]) {
    if (above[original] !== wrapper) continue
    above[original] = wrapper[original]
    return true
  }
  return false
}

/** One function for the life of the process, because others may keep it: while nobody watches it only passes on. */
function runInAsyncScope(this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
  const { [original]: run } = runInAsyncScope as Wrapper
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
