import type { Context } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'

/**
 * A base class whose constructor returns the object that it is given, so that a subclass adds its private fields to it.
 */
const Identity = class {
  constructor(context: Context) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what the class is for
    return context
  }
} as unknown as new (
  context: Context,
) => object

/**
 * The account of a context as a private field of the context: found out once for each context, read at every turn.
 * Contexts belong to others, so nothing else may see it, not even a deep comparison. A WeakMap would take three times
 * as long.
 */
export class ContextStamp extends Identity {
  readonly #account: Account | null

  /** Stamps a context that has no stamp yet. Null: it belongs to no account. */
  constructor(context: Context, account: Account | null) {
    super(context)
    this.#account = account
  }

  /** Undefined for a context without a stamp. */
  static accountOf(context: Context): Account | null | undefined {
    return #account in context ? context.#account : undefined
  }
}
