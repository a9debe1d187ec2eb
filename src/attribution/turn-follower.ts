import { kindOf } from './callback-kinds.js'
import { type Ledger, loopWaited } from './ledger.js'
import { resourceNames } from './resource-names.js'
import type { TurnListener } from './turns.js'

/** How to know for whom the thread works. */
export interface Contexts<Context> {
  /** The context that is active. */
  active(): Context
  /** The handle of the account that work in a context counts for; 0: nobody's. */
  handleOf(context: Context): number
  /** Code that counts for an account of its own, in whatever context: the handle of that account, or 0. */
  readonly section: { readonly current: number }
  /** `active` has failed. No call follows. */
  fail(error: unknown): void
}

/** Turns a ledger to the account of whatever context the thread works in. */
export interface TurnFollower<Context> extends TurnListener {
  /** The code itself enters this context. */
  enter(context: Context): void
  /** The code has left a context or a section, and goes on in the active one. */
  resume(): void
  /** Finds out whether the code has entered another context without a word, and since its last turn worked for that. */
  catchUp(): void
}

/**
 * Bare functions over local variables, because they run at every await.
 *
 * A run of callbacks is what the thread does from the beginning of a callback of the event loop until the next begins:
 * the callback itself, and the ticks and continuations of promises that follow from it. Where it begins with a callback
 * of a shared resource, for example a connection of a pool, whom it is for is not known. The context that is active then
 * is that of whoever made the resource, its holder. Work in that context is held by the resource, until the thread turns
 * to another context or a span ends: see native/core/attribution/ledger.h. The holder itself may be the one who waits for
 * the answer: it is, when a promise that it awaits is resolved.
 */
export function followTurns<Context>(ledger: Ledger, contexts: Contexts<Context>): TurnFollower<Context> {
  const { turn, visit, begin, hold, holdOn, leave, reassign, shared } = ledger
  const { handleOf, section } = contexts
  const names = resourceNames()
  const waited = loopWaited

  /** The context that the thread works in. Undefined where that is to be found out anew. */
  let last: Context | undefined
  /** Whether this run began with a callback of a shared resource. */
  let isShared = false
  /** The context of whoever made that resource. */
  let holder: Context | undefined
  /** Whether the thread works for whomever it is that the resource calls back for. */
  let holding = false
  /** The context of a worker whose exit this run began with. */
  let exiting: Context | undefined
  /** Whether it is known that work in the holder's context is for the holder. */
  let holderAsked = false

  function enter(context: Context): void {
    last = context
    holding = false
    exiting = undefined
    if (shared[waited] !== 0) {
      shared[waited] = 0
      isShared = false
    }
    const inSection = section.current
    if (inSection === 0) turn(handleOf(context))
    else visit(inSection)
  }

  function goOnHolding(): void {
    if (holding || section.current !== 0) return
    holding = true
    last = undefined
    holdOn()
  }

  /** Whether work in this context is for whomever the resource calls back for. */
  function isHeld(context: Context): boolean {
    return isShared && !holderAsked && context === holder && shared[waited] === 0
  }

  function follow(context: Context): void {
    if (isHeld(context)) goOnHolding()
    else if (context !== last || shared[waited] !== 0) enter(context)
  }

  function followContinuation(context: Context): void {
    if (isHeld(context) && handleOf(context) !== 0) holderAsked = true
    follow(context)
  }

  function beginShared(context: Context, resource: object): void {
    if (section.current !== 0 || (exiting !== undefined && context === exiting)) return
    isShared = holding = true
    holderAsked = false
    exiting = undefined
    holder = context
    last = undefined
    shared[waited] = 0
    const name = names.of(resource)
    const now = hold(name)
    if (now !== name) names.put(resource, now)
  }

  function beginOnce(context: Context): void {
    if (!isShared && last !== undefined) {
      follow(context)
      return
    }
    isShared = holding = false
    exiting = undefined
    last = context
    shared[waited] = 0
    if (section.current === 0) begin(handleOf(context))
  }

  /** What serves a request mostly calls back inside a callback of the connection. */
  function beginRequest(context: Context, resource: object): void {
    if (handleOf(context) === 0 && !isShared) beginShared(context, resource)
    else if (handleOf(context) === 0) follow(context)
    else if (context !== last || shared[waited] !== 0) enter(context)
  }

  function beginCallback(context: Context, resource: object): void {
    const kind = kindOf(resource)
    if (kind === 'inner') follow(context)
    else if (kind === 'once') beginOnce(context)
    else if (kind === 'shared') beginShared(context, resource)
    else if (kind === 'exit') {
      beginOnce(context)
      exiting = context
    } else if (kind === 'request') beginRequest(context, resource)
    else followContinuation(context)
  }

  return {
    enter,
    onCallback(resource) {
      try {
        beginCallback(contexts.active(), resource)
      } catch (error) {
        contexts.fail(error)
      }
    },
    onContinuation() {
      try {
        followContinuation(contexts.active())
      } catch (error) {
        contexts.fail(error)
      }
    },
    onScope() {
      try {
        follow(contexts.active())
      } catch (error) {
        contexts.fail(error)
      }
    },
    onLeave() {
      if (section.current !== 0) return
      leave()
      last = undefined
      holding = false
    },
    resume() {
      try {
        last = undefined
        holding = false
        follow(contexts.active())
      } catch (error) {
        contexts.fail(error)
      }
    },
    catchUp() {
      if (section.current !== 0 || (last === undefined && !holding)) return
      try {
        const context = contexts.active()
        if (context === (holding ? holder : last)) return
        reassign(handleOf(context))
        enter(context)
      } catch (error) {
        contexts.fail(error)
      }
    },
  }
}
