import { AsyncLocalStorage, createHook, type HookCallbacks } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'
import { lookAroundScopes } from './scopes.js'

/** Looks which context is active now. Called at every turn, so it must be quick; it must not throw. */
export type Look = () => void

interface Watcher {
  look: Look
  /** Whether the context that it looks for lives in an AsyncLocalStorage. */
  stored: boolean
}

const watchers: Watcher[] = []
let uninstallHooks: () => void = () => {}

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
  uninstallHooks()
  uninstallHooks = () => {}
  const looks = watchers.map(({ look }) => look)
  const lookAll = () => {
    for (const look of looks) look()
  }
  const look = looks.length < 2 ? looks[0] : lookAll
  lookAroundScopes(look)
  if (look === undefined) return
  uninstallHooks = installHooks(
    look,
    watchers.every(({ stored }) => stored),
  )
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
