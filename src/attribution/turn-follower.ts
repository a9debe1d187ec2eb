import { kindOf } from './callback-kinds.js'
import { Consequences } from './consequences.js'
import type { Contexts, TurnFollower } from './contexts.js'
import { type Ledger, loopWaited } from './ledger.js'
import { resourceNames } from './resource-names.js'

/** A shared resource, and the context in which its callbacks run: that of whoever made it. */
interface Held<Context> {
  resource: object
  holder: Context
}

/**
 * Bare functions over local variables, because they run at every await.
 *
 * A run of callbacks is what the thread does from the beginning of a callback of the event loop until the next begins:
 * the callback itself, and the ticks and continuations of promises that follow from it. Where it begins with a callback
 * of a shared resource, for example a connection of a pool, whom it is for is not known. The context that is active then
 * is that of whoever made the resource, its holder. Work in that context is held by the resource, until the thread turns
 * to another context or a span ends: see native/core/attribution/ledger.h. The holder itself may be the one who waits for
 * the answer: it is, when a promise that it awaits is resolved, or a callback is called that was bound to its context.
 * What the code makes of that context in the callback says nothing, nor does an Immediate that was made there.
 */
export function followTurns<Context>(ledger: Ledger, contexts: Contexts<Context>): TurnFollower<Context> {
  const { turn, visit, begin, hold, holdOn, leave, pause, reassign, shared } = ledger
  const { handleOf, isNew, section } = contexts
  const names = resourceNames()
  const waited = loopWaited

  /** The context that the thread works in. Undefined where that is to be found out anew. */
  let last: Context | undefined
  /** Whether this run began with a callback of a shared resource. */
  let isShared = false
  /** The context of whoever made that resource. */
  let holder: Context | undefined
  /** That resource. */
  let held: Held<Context> | undefined
  const consequences = new Consequences<Held<Context>>()
  /** Contexts that the code has made from the holder's in this run, and entered. */
  let derived: Set<Context> | undefined
  /** Whether the thread works for whomever it is that the resource calls back for. */
  let holding = false
  /** The context of a worker whose exit this run began with. */
  let exiting: Context | undefined
  /** Whether it is known that work in the holder's context is for the holder. */
  let holderAsked = false
  /** Whether a span may have begun or ended since the thread turned to the resource. */
  let spansChanged = false

  function beginRound(): void {
    shared[waited] = 0
    isShared = false
    derived = undefined
    consequences.nextRound()
  }

  function enter(context: Context): void {
    holding = false
    exiting = undefined
    if (shared[waited] !== 0) beginRound()
    const inSection = section.current
    if (inSection === 0) turn(handleOf(context))
    else visit(inSection)
    // At last: the stack may not suffice for all of it.
    last = context
  }

  function goOnHolding(): void {
    if (holding || section.current !== 0) return
    holding = true
    spansChanged = false
    last = undefined
    holdOn()
  }

  /** Whether work in this context is for whomever the resource calls back for. */
  function isHeld(context: Context): boolean {
    return isShared && !holderAsked && (context === holder || derived?.has(context) === true) && shared[waited] === 0
  }

  /** Whether the code has made this context from the holder's in this run: that names nobody, unless it is for a new span. */
  function isDerived(context: Context): boolean {
    if (!isHeld(holder!)) return false
    if (derived?.has(context)) return true
    if (!isNew(context) || handleOf(context) !== handleOf(holder!)) return false
    derived ??= new Set()
    derived.add(context)
    return true
  }

  function enterItself(context: Context): void {
    if (isDerived(context)) goOnHolding()
    else enter(context)
  }

  function follow(context: Context): void {
    if (isHeld(context)) goOnHolding()
    else if (context !== last || shared[waited] !== 0) enter(context)
  }

  function followContinuation(context: Context): void {
    if (context === holder && isHeld(context) && handleOf(context) !== 0) holderAsked = true
    follow(context)
  }

  function followInner(context: Context): void {
    if (isHeld(context)) consequences.note(held!)
    follow(context)
  }

  function stopWorking(): void {
    pause()
    last = undefined
    holding = false
  }

  /** Whether another callback of the resource changes nothing: a parser of HTTP has three for each request. */
  function goesOn(resource: object): boolean {
    const simple = derived === undefined && exiting === undefined && !holderAsked && !spansChanged
    return holding && simple && held!.resource === resource && shared[waited] === 0
  }

  function beginShared(context: Context, resource: object): void {
    if (section.current !== 0 || (exiting !== undefined && context === exiting) || goesOn(resource)) return
    if (shared[waited] !== 0) beginRound()
    isShared = holding = true
    holderAsked = spansChanged = false
    exiting = derived = last = undefined
    holder = context
    held = { resource, holder }
    consequences.note(held)
    const name = names.of(resource)
    const now = hold(name)
    if (now !== name) names.put(resource, now)
  }

  function beginOnce(context: Context): void {
    const cause = consequences.find()
    if (cause !== undefined && cause.holder === context) beginShared(context, cause.resource)
    else beginRun(context)
  }

  function beginRun(context: Context): void {
    if (!isShared && last !== undefined) {
      follow(context)
      return
    }
    isShared = holding = false
    exiting = undefined
    last = context
    if (shared[waited] !== 0) beginRound()
    if (section.current === 0) begin(handleOf(context))
  }

  /**
   * What serves a request mostly calls back inside a callback of the connection. Where the event loop waited just before,
   * it waited for this: what was done since, reading what has arrived, is part of it.
   */
  function beginRequest(context: Context, resource: object): void {
    const handle = handleOf(context)
    if (handle === 0 && !isShared) beginShared(context, resource)
    else if (handle === 0) follow(context)
    else {
      if (shared[waited] !== 0 && section.current === 0) reassign(handle)
      if (context !== last || shared[waited] !== 0) enter(context)
    }
  }

  function beginCallback(context: Context, resource: object): void {
    const kind = kindOf(resource)
    if (kind === 'inner') followInner(context)
    else if (kind === 'once') beginOnce(context)
    else if (kind === 'shared') beginShared(context, resource)
    else if (kind === 'exit') {
      beginOnce(context)
      exiting = context
    } else if (kind === 'request') beginRequest(context, resource)
    else followContinuation(context)
  }

  return {
    forget() {
      last = holder = held = derived = exiting = undefined
      isShared = holding = holderAsked = spansChanged = false
      consequences.forget()
    },
    enter: enterItself,
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
    onPause() {
      try {
        const context = contexts.active()
        // A module of the application may run outside of all callbacks, and enter contexts there.
        if (handleOf(context) !== 0 || section.current !== 0) follow(context)
        else stopWorking()
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
      spansChanged = true
      if (section.current !== 0 || (last === undefined && !holding)) return
      try {
        const context = contexts.active()
        if (context === (holding ? holder : last) || (holding && isDerived(context))) return
        reassign(handleOf(context))
        enter(context)
      } catch (error) {
        contexts.fail(error)
      }
    },
  }
}
