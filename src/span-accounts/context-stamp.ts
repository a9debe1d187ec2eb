import type { Context } from '@opentelemetry/api'
import type { Account } from '../attribution/account.js'
import { Stamp } from '../attribution/stamp.js'

/** The account of a context, on the context: found out once for each, read at every turn. */
export class ContextStamp extends Stamp {
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
