import { AsyncLocalStorage, createHook, executionAsyncResource, type HookCallbacks } from 'node:async_hooks'
import { addonsLoaded } from './addons.js'
import { watchAsyncScopes } from './async-scopes.js'

/** Follows the turns of the thread. Each is called very often, so it must be quick; none may throw. */
export interface TurnListener {
  /** A callback begins, of this resource. It may be one within another callback. */
  onCallback(resource: object): void
  /** A continuation of a promise begins. */
  onContinuation(): void
  /** An async scope inside another callback begins or is over. */
  onScope(): void
  /** An async scope is over that was inside no callback: no JavaScript runs until the next call. */
  onPause(): void
  /** A callback or a continuation is over that was inside no other. Called only where addons are loaded. */
  onLeave(): void
}

interface Watcher {
  listener: TurnListener
  /** Whether its context is kept in an AsyncLocalStorage. */
  stored: boolean
}

/** Has all promises of the language for its instances. What has the global name may be anything, and may be no class at all. */
function AnyPromise(): void {}
AnyPromise.prototype = Object.getPrototypeOf((async () => {})())

interface Hooks {
  readonly listener: TurnListener
  readonly stored: boolean
  readonly leaving: boolean
  /** Returns the function that takes them out. */
  install(): () => void
}

const watchers: Watcher[] = []
/** Kept for the same listener: what V8 has optimized for these would be slower for both with others in their place. */
let hooks: Hooks | undefined
let uninstallHooks: () => void = () => {}

/**
 * Calls the listener whenever the thread may have turned to another asynchronous context: before each callback and each
 * continuation of a promise, and at both ends of an async scope inside another callback. A context that the code itself
 * enters, by `with` or by `run` of a storage, is not reported. Returns the function that ends it. While nobody watches
 * no hook is installed.
 */
export function watchTurns(watcher: Watcher): () => void {
  const unwatch = () => {
    const index = watchers.indexOf(watcher)
    if (index < 0) return
    watchers.splice(index, 1)
    reinstall()
  }
  watchers.push(watcher)
  try {
    reinstall()
  } catch (error) {
    // There is no more stack. Who tries again must not be called twice.
    watchers.splice(watchers.indexOf(watcher), 1)
    throw error
  }
  return unwatch
}

/**
 * Hooks run in the order in which they were installed: ours must run after those that set the context that it reads.
 */
function reinstall(): void {
  uninstallHooks()
  uninstallHooks = () => {}
  if (watchers.length === 0) addonsLoaded(undefined)
  const [first, ...others] = watchers.map(({ listener }) => listener)
  const listener = first && others.length > 0 ? allOf([first, ...others]) : first
  watchAsyncScopes(listener)
  if (listener === undefined) return
  const stored = watchers.every(({ stored }) => stored)
  const leaving = addonsLoaded(reinstall)
  if (hooks?.listener !== listener || hooks.stored !== stored || hooks.leaving !== leaving) {
    hooks = { listener, stored, leaving, install: hooksFor(listener, stored, leaving) }
  }
  uninstallHooks = hooks.install()
}

function allOf(listeners: TurnListener[]): TurnListener {
  const each = (call: (listener: TurnListener) => void) => {
    for (const listener of listeners) call(listener)
  }
  return {
    onCallback: (resource) => each((listener) => listener.onCallback(resource)),
    onContinuation: () => each((listener) => listener.onContinuation()),
    onScope: () => each((listener) => listener.onScope()),
    onPause: () => each((listener) => listener.onPause()),
    onLeave: () => each((listener) => listener.onLeave()),
  }
}

/**
 * Where V8 itself propagates what an AsyncLocalStorage holds, a bare promise hook is enough for promises. It costs half
 * as much as async_hooks, which give every promise an id.
 *
 * `leaving`: whether to report the ends too. A hook more costs 20 ns an await.
 */
function hooksFor(listener: TurnListener, stored: boolean, leaving: boolean): Hooks['install'] {
  const { onContinuation } = listener
  const onCallback = () => {
    const resource = executionAsyncResource()
    // The quickest way to know the commonest kind.
    if (resource instanceof AnyPromise) onContinuation()
    else listener.onCallback(resource)
  }
  const { counted, after, restart } = countDepth(listener.onLeave)
  const end = leaving ? after : undefined
  const begin = (onBegin: () => void) => (leaving ? counted(onBegin) : onBegin)

  if (!stored || !propagatesStores() || !canLeaveOutPromises()) {
    const hook = createHook({ before: begin(onCallback), ...(end && { after: end }) })
    return () => {
      restart()
      hook.enable()
      return () => hook.disable()
    }
  }
  // Loaded only here, since it takes half a millisecond.
  const { promiseHooks } = require('node:v8') as typeof import('node:v8')
  const callbacks = { before: begin(onCallback), ...(end && { after: end }), trackPromises: false }
  const hook = createHook(callbacks as HookCallbacks)
  const before = begin(onContinuation)
  return () => {
    restart()
    hook.enable()
    const stops = [promiseHooks.onBefore(before), end && promiseHooks.onAfter(end)] as (() => void)[]
    return () => {
      hook.disable()
      for (const stop of stops) stop?.()
    }
  }
}

/** Calls `onLeave` at the end of what is inside nothing else. */
function countDepth(onLeave: () => void) {
  let depth = 0
  return {
    restart: () => {
      depth = 0
    },
    counted: (onBegin: () => void) => () => {
      depth++
      onBegin()
    },
    after: () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) onLeave()
    },
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
