import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import type { TurnFollower } from '../attribution/contexts.js'
import { watchTurns } from '../attribution/turns.js'
import { isReached, original, takeOutBelow, type Wrapped } from '../attribution/wrapped-method.js'
import { apiKey } from '../sdk/api-global.js'

type Registered = { context?: ContextManager } | undefined

/** `attach` came with version 1.10 of the API. What it returns restores the context before. */
type Attaching = ContextManager & { attach?(context: Context): { dispose(): void; [Symbol.dispose]?(): void } }

type Follower = TurnFollower<Context>

/**
 * Follows which OpenTelemetry context is active on this thread: the turns of the event loop and of promises, and what
 * the context manager itself enters and leaves.
 */
export class ContextWatch {
  readonly #followerFor: (manager: ContextManager) => Follower
  #manager: ContextManager | undefined
  /** One that failed, and is not watched again. */
  #refused: ContextManager | undefined
  /** What we have put in the place of the `with` of `#manager`. */
  #wrappedWith: Wrapped | undefined
  #stops: (() => void)[] = []

  constructor(followerFor: (manager: ContextManager) => Follower) {
    this.#followerFor = followerFor
  }

  get watching(): boolean {
    return this.#manager !== undefined
  }

  /** Watches the manager that is registered now. To be called whenever a span begins. */
  update(): void {
    const manager = (globalThis as { [apiKey]?: Registered })[apiKey]?.context
    if (manager === this.#refused) return
    // Somebody may have wrapped `with` anew, or put the original back. Another copy of this package calls ours.
    if (manager === this.#manager && (manager === undefined || this.#reaches(manager))) return
    this.stop()
    if (manager === undefined) return
    this.#manager = manager
    const follower = this.#followerFor(manager)
    const stored = keepsContextInStorage(manager)
    this.#stops.push(watchTurns({ listener: follower, stored }))
    this.#stops.push(wrapWith(manager, follower))
    this.#stops.push(wrapAttach(manager, follower))
    this.#wrappedWith = manager.with
  }

  /** Not where the stack ended before all was in place. */
  #reaches(manager: ContextManager): boolean {
    return this.#wrappedWith !== undefined && isReached(manager.with, this.#wrappedWith)
  }

  /** Stops, and does not watch the present manager again. */
  refuse(): void {
    this.#refused = this.#manager
    this.stop()
  }

  /**
   * Removes all hooks and wrappers, the last one first: V8 would make a table of the manager's properties if any but the
   * last was deleted, and each look at the active context would be slower from then on.
   */
  stop(): void {
    this.#manager = this.#wrappedWith = undefined
    for (const stop of this.#stops.splice(0).reverse()) stop()
  }
}

function wrapWith(manager: ContextManager, follower: Follower): () => void {
  let active = true
  const wrapper: Wrapped = function (this: ContextManager, context: Context, ...rest: [never]) {
    const run = wrapper[original] as ContextManager['with']
    if (!active) return run.call(this, context, ...rest)
    try {
      follower.catchUp()
      // OpenTelemetry's managers take null for the root context.
      follower.enter(context ?? ROOT_CONTEXT)
    } catch {
      // There is no more stack. The next turn is followed.
    }
    try {
      return run.call(this, context, ...rest)
    } finally {
      try {
        follower.onScope()
      } catch {
        // As above.
      }
    }
  }
  const unwrap = wrap(manager, 'with', wrapper)
  return () => {
    active = false
    unwrap()
  }
}

function wrapAttach(manager: Attaching, follower: Follower): () => void {
  if (manager.attach === undefined) return () => {}
  let active = true
  const wrapper: Wrapped = function (this: Attaching, context: Context) {
    const token = (wrapper[original] as NonNullable<Attaching['attach']>).call(this, context)
    if (!active) return token
    try {
      follower.enter(context ?? ROOT_CONTEXT)
      return Object.isExtensible(token) ? followingDisposal(token, follower) : token
    } catch {
      // There is no more stack. The application has its token.
      return token
    }
  }
  const unwrap = wrap(manager, 'attach', wrapper)
  return () => {
    active = false
    unwrap()
  }
}

function followingDisposal<T extends ReturnType<NonNullable<Attaching['attach']>>>(token: T, follower: Follower): T {
  const dispose = token.dispose.bind(token)
  const disposeAndFollow = () => {
    dispose()
    follower.onScope()
  }
  return Object.assign(token, { dispose: disposeAndFollow, [Symbol.dispose]: disposeAndFollow })
}

/** Sets a property of the manager itself and leaves its class alone, which other managers share. */
function wrap(manager: Attaching, name: 'with' | 'attach', wrapper: Wrapped): () => void {
  const before = Object.getOwnPropertyDescriptor(manager, name)
  const first = manager[name] as Wrapped
  wrapper[original] = first
  Object.defineProperty(manager, name, { value: wrapper, configurable: true, writable: true })
  return () => {
    if (manager[name] !== wrapper) return void takeOutBelow(manager[name], wrapper)
    const below = wrapper[original]
    const isOfClass = before === undefined && below === first
    if (isOfClass || Object.getPrototypeOf(manager)?.[name] === below) delete (manager as Partial<Attaching>)[name]
    else Object.defineProperty(manager, name, before?.get ? before : { ...before, value: below })
  }
}

function keepsContextInStorage(manager: object): boolean {
  return Object.values(manager).some((value) => value instanceof AsyncLocalStorage)
}
