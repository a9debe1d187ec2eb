import type { TurnListener } from './turns.js'

/** How to know for whom the thread works. */
export interface Contexts<Context> {
  /** The context that is active. */
  active(): Context
  /** The handle of the account that work in a context counts for; 0: nobody's. */
  handleOf(context: Context): number
  /** Whether nobody has asked for the handle of this context so far: it was made just now. */
  isNew(context: Context): boolean
  /** Code that counts for an account of its own, in whatever context: the handle of that account, or 0. */
  readonly section: { readonly current: number }
  /** `active` has failed. No call follows. */
  fail(error: unknown): void
}

/** Turns a ledger to the account of whatever context the thread works in. */
export interface TurnFollower<Context> extends TurnListener {
  /** Forgets what it knows: turns are missed from now on, or were until now. */
  forget(): void
  /** The code itself enters this context. */
  enter(context: Context): void
  /** The code has left a context or a section, and goes on in the active one. */
  resume(): void
  /** Finds out whether the code has entered another context without a word, and since its last turn worked for that. */
  catchUp(): void
}
