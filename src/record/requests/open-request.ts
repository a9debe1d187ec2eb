import type { Account } from '../../attribution/account.js'

/** A request that this process serves or makes. */
export interface OpenRequest {
  account: Account | undefined
  /** The handle of its window; 0: none. */
  readonly window: number
  readonly startMs: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  /** Whether another request was being served when it began. */
  readonly beganShared: boolean
  /** How many requests had begun by then. */
  readonly begun: number
  readonly describe: () => Description
}

/** What is known of a request by now. */
export interface Description {
  name: string
  /** Whether it failed, if it ends now. */
  failed: boolean
  status: number | undefined
  path: string
}
