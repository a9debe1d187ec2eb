import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import { watchTurns } from '../attribution/turns.js'
import { apiKey } from '../sdk/api-key.js'

type Registered = { context?: ContextManager } | undefined

/** `attach` came with version 1.10 of the API. What it returns restores the context before. */
type Attaching = ContextManager & { attach?(context: Context): { dispose(): void; [Symbol.dispose]?(): void } }

type Wrapper = (this: never, ...args: never[]) => unknown

/** Told of the turns of one context manager. None may throw. */
export interface Turns {
  /** The context may have changed: `manager.active()` tells. Runs at every await. */
  look(): void
  /** The thread enters this context. */
  enter(context: Context): void
  /** The thread turned to something else meanwhile: back to the active context. */
  resume(): void
}

/**
 * Follows which OpenTelemetry context is active on this thread: the turns of the event loop and of promises, and what
 * the context manager itself enters and leaves.
 */
export class ContextWatch {
  readonly #turnsOf: (manager: ContextManager) => Turns
  #manager: ContextManager | undefined
  /** One that went wrong, and is not taken up again. */
  #refused: ContextManager | undefined
  /** Its `with`, as it was left. */
  #entrance: ContextManager['with'] | undefined
  #stops: (() => void)[] = []

  constructor(turnsOf: (manager: ContextManager) => Turns) {
    this.#turnsOf = turnsOf
  }

  get watching(): boolean {
    return this.#manager !== undefined
  }

  /** Takes up the manager that is registered now, whichever it is. To be called whenever a span begins. */
  update(): void {
    const manager = (globalThis as { [apiKey]?: Registered })[apiKey]?.context
    if (manager === this.#refused) return
    // Somebody may have wrapped `with` anew, or put the original back.
    if (manager === this.#manager && manager?.with === this.#entrance) return
    this.stop()
    if (manager === undefined) return
    this.#manager = manager
    const turns = this.#turnsOf(manager)
    const stored = keepsContextInStorage(manager)
    this.#stops.push(watchTurns({ look: turns.look, stored }))
    this.#stops.push(wrapWith(manager, turns))
    this.#stops.push(wrapAttach(manager, turns))
    this.#entrance = manager.with
  }

  /** Has no more to do with the present manager. */
  refuse(): void {
    this.#refused = this.#manager
    this.stop()
  }

  /** Takes off all hooks and wrappers. */
  stop(): void {
    this.#manager = this.#entrance = undefined
    for (const stop of this.#stops.splice(0)) stop()
  }
}

function wrapWith(manager: ContextManager, turns: Turns): () => void {
  const run = manager.with
  let active = true
  const unwrap = wrap(manager, 'with', function (this: ContextManager, context: Context, ...rest: [never]) {
    if (!active) return run.call(this, context, ...rest)
    // Null stands for the root context there.
    turns.enter(context ?? ROOT_CONTEXT)
    try {
      return run.call(this, context, ...rest)
    } finally {
      turns.look()
    }
  })
  return () => {
    active = false
    unwrap()
  }
}

function wrapAttach(manager: Attaching, turns: Turns): () => void {
  const { attach } = manager
  if (attach === undefined) return () => {}
  let active = true
  const unwrap = wrap(manager, 'attach', function (this: Attaching, context: Context) {
    const token = attach.call(this, context)
    if (!active) return token
    turns.look()
    return Object.isExtensible(token) ? lookingAtDisposal(token, turns) : token
  })
  return () => {
    active = false
    unwrap()
  }
}

function lookingAtDisposal<T extends ReturnType<NonNullable<Attaching['attach']>>>(token: T, turns: Turns): T {
  const dispose = token.dispose.bind(token)
  const disposeAndLook = () => {
    dispose()
    turns.look()
  }
  return Object.assign(token, { dispose: disposeAndLook, [Symbol.dispose]: disposeAndLook })
}

/** As a property of the manager itself: its class belongs to others. */
function wrap(manager: Attaching, name: 'with' | 'attach', wrapper: Wrapper): () => void {
  const before = Object.getOwnPropertyDescriptor(manager, name)
  Object.defineProperty(manager, name, { value: wrapper, configurable: true, writable: true })
  return () => {
    // Somebody else may have wrapped it again.
    if (manager[name] !== wrapper) return
    if (before === undefined) delete (manager as Partial<Attaching>)[name]
    else Object.defineProperty(manager, name, before)
  }
}

function keepsContextInStorage(manager: object): boolean {
  return Object.values(manager).some((value) => value instanceof AsyncLocalStorage)
}
