import { AsyncResource } from 'node:async_hooks'

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

const { prototype } = AsyncResource as unknown as { prototype: { runInAsyncScope: RunInAsyncScope } }

/** Undefined: nobody looks. */
let looking: (() => void) | undefined
/** What stood in the place of ours when it was put there; ours goes on to it. */
let original = prototype.runInAsyncScope
let inPlace = false

/**
 * Calls `look` at both ends of what runs inside another callback; with undefined it ends. Such an end has no `before`
 * hook, and an `after` hook would double the price of every await. All of it goes through one method: `bind`, `snapshot`,
 * queueMicrotask and the resources of other packages; but for what was bound to an object of its own before anybody
 * looked.
 */
export function lookAroundScopes(look: (() => void) | undefined): void {
  looking = look
  if (look !== undefined && !inPlace) {
    original = prototype.runInAsyncScope
    prototype.runInAsyncScope = runInAsyncScope
    inPlace = true
  }
  // Somebody may have wrapped ours, which then stays.
  if (look === undefined && prototype.runInAsyncScope === runInAsyncScope) {
    prototype.runInAsyncScope = original
    inPlace = false
  }
}

/** One for ever, because others keep it: it passes on when nobody looks. */
function runInAsyncScope(this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
  if (looking === undefined) return original.call(this, fn, thisArg, ...args)
  try {
    return original.call(this, enter, fn, thisArg, args)
  } finally {
    looking?.()
  }
}

/** The scope is entered only after its `before` hook, so that is looked at from inside, too. */
function enter(this: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
  looking?.()
  return Reflect.apply(this, thisArg, args)
}
