import type { Context } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'

/** Makes whatever is constructed the object that is passed in. */
const Identity = class {
  constructor(context: Context) {
    // biome-ignore lint/correctness/noConstructorReturn: that is the point
    return context
  }
} as unknown as new (
  context: Context,
) => object

/**
 * A private field on a context: looked up once a context, read at every turn. Contexts belong to others, so nobody else
 * may see it, not even a deep comparison; and a WeakMap takes three times as long.
 */
export class ContextStamp extends Identity {
  readonly #account: Account | null

  /** Marks a context that has no mark yet. Null: it belongs to no account. */
  constructor(context: Context, account: Account | null) {
    super(context)
    this.#account = account
  }

  /** Undefined for a context without a mark. */
  static accountOf(context: Context): Account | null | undefined {
    return #account in context ? context.#account : undefined
  }
}
