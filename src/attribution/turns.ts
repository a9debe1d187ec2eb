import { AsyncLocalStorage, AsyncResource, createHook, type HookCallbacks } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'

/** Looks which context is active now. Called at every turn, so it must be quick; it must not throw. */
export type Look = () => void

interface Watcher {
  look: Look
  /** Whether the context that it looks for lives in an AsyncLocalStorage. */
  stored: boolean
}

const watchers: Watcher[] = []
let uninstall: (() => void) | undefined

/**
 * Calls `look` whenever the thread may have turned to another asynchronous context: before each callback and each
 * continuation of a promise, and at both ends of what runs inside another callback. What `with` or `run` of a storage
 * enters by itself is not told. Returns the function that ends it. While nobody watches no hook is installed.
 */
export function watchTurns(watcher: Watcher): () => void {
  watchers.push(watcher)
  reinstall()
  return () => {
    const index = watchers.indexOf(watcher)
    if (index < 0) return
    watchers.splice(index, 1)
    reinstall()
  }
}

/** Hooks run in the order in which they were installed: who looks at what another hook sets must come later. */
function reinstall(): void {
  uninstall?.()
  uninstall = watchers.length > 0 ? install(watchers) : undefined
}

function install(by: readonly Watcher[]): () => void {
  const looks = by.map(({ look }) => look)
  const lookAll = () => {
    for (const look of looks) look()
  }
  const look = looks.length === 1 ? looks[0]! : lookAll
  const stored = by.every((watcher) => watcher.stored)
  const uninstallHooks = installHooks(look, stored)
  const uninstallScope = installScope(look)
  return () => {
    uninstallHooks()
    uninstallScope()
  }
}

/**
 * Where V8 itself hands on what an AsyncLocalStorage holds, a bare promise hook is enough for promises, and costs half
 * as much as async_hooks, which give every promise an id.
 */
function installHooks(look: Look, stored: boolean): () => void {
  if (!stored || !handsOnStores() || !canLeaveOutPromises()) {
    const hook = createHook({ before: look }).enable()
    return () => hook.disable()
  }
  const hook = createHook({ before: look, trackPromises: false } as HookCallbacks).enable()
  const stop = promiseHooks.onBefore(look) as () => void
  return () => {
    hook.disable()
    stop()
  }
}

/** Whether V8 hands on stores (AsyncContextFrame), and not async_hooks from resource to resource. */
function handsOnStores(): boolean {
  return !('_propagate' in AsyncLocalStorage.prototype)
}

/** Told by whether a wrong value is refused. */
function canLeaveOutPromises(): boolean {
  try {
    createHook({ trackPromises: 'no boolean' } as HookCallbacks)
    return false
  } catch {
    return true
  }
}

type RunInAsyncScope = (this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]) => unknown

/**
 * What runs inside another callback ends without a `before`, and an `after` hook would double the price of every await.
 * All of it goes through this one method: `bind`, `snapshot`, queueMicrotask and the resources of other packages. It
 * enters the context only after its `before` hook, so that is looked at from inside, too.
 */
function installScope(look: Look): () => void {
  const { prototype } = AsyncResource as unknown as { prototype: { runInAsyncScope: RunInAsyncScope } }
  const original = prototype.runInAsyncScope
  let active = true
  function enter(this: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
    look()
    return Reflect.apply(this, thisArg, args)
  }
  function runInAsyncScope(this: unknown, fn: unknown, thisArg: unknown, ...args: unknown[]): unknown {
    if (!active) return original.call(this, fn, thisArg, ...args)
    try {
      return original.call(this, enter, fn, thisArg, args)
    } finally {
      look()
    }
  }
  prototype.runInAsyncScope = runInAsyncScope
  return () => {
    active = false
    // Somebody else may have wrapped it again.
    if (prototype.runInAsyncScope === runInAsyncScope) prototype.runInAsyncScope = original
  }
}
