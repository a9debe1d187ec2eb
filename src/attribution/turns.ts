import { AsyncLocalStorage, createHook, type HookCallbacks } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'
import { watchAsyncScopes } from './async-scopes.js'

/** Finds out which context is active now. Called at every turn, so it must be quick; it must not throw. */
export type OnTurn = () => void

interface Watcher {
  onTurn: OnTurn
  /** Whether its context is kept in an AsyncLocalStorage. */
  stored: boolean
}

const watchers: Watcher[] = []
let uninstallHooks: () => void = () => {}

/**
 * Calls `onTurn` whenever the thread may have turned to another asynchronous context: before each callback and each
 * continuation of a promise, and at both ends of an async scope inside another callback. A context that the code itself
 * enters, by `with` or by `run` of a storage, is not reported. Returns the function that ends it. While nobody watches
 * no hook is installed.
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

/**
 * Hooks run in the order in which they were installed: ours must run after those that set the context that it reads.
 */
function reinstall(): void {
  uninstallHooks()
  uninstallHooks = () => {}
  const listeners = watchers.map(({ onTurn }) => onTurn)
  const callAll = () => {
    for (const onTurn of listeners) onTurn()
  }
  const onTurn = listeners.length < 2 ? listeners[0] : callAll
  watchAsyncScopes(onTurn)
  if (onTurn === undefined) return
  uninstallHooks = installHooks(
    onTurn,
    watchers.every(({ stored }) => stored),
  )
}

/**
 * Where V8 itself propagates what an AsyncLocalStorage holds, a bare promise hook is enough for promises. It costs half
 * as much as async_hooks, which give every promise an id.
 */
function installHooks(onTurn: OnTurn, stored: boolean): () => void {
  if (!stored || !propagatesStores() || !canLeaveOutPromises()) {
    const hook = createHook({ before: onTurn }).enable()
    return () => hook.disable()
  }
  const hook = createHook({ before: onTurn, trackPromises: false } as HookCallbacks).enable()
  const stop = promiseHooks.onBefore(onTurn) as () => void
  return () => {
    hook.disable()
    stop()
  }
}

/** Whether V8 propagates stores (AsyncContextFrame), rather than async_hooks from resource to resource. */
function propagatesStores(): boolean {
  return !('_propagate' in AsyncLocalStorage.prototype)
}

/** A version of Node.js that knows the option refuses a wrong value for it. */
function canLeaveOutPromises(): boolean {
  try {
    createHook({ trackPromises: 'no boolean' } as HookCallbacks)
    return false
  } catch {
    return true
  }
}
