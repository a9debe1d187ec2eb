import type { Account } from '../attribution/account.js'
import { attribution } from '../span-accounts/this-thread.js'

/**
 * What of tracing takes CPU time on the JavaScript thread. `start`: the SDK starts a span. `unsampled`: the same for a
 * span that is not sampled; part of `start` without `OverheadSampler`. `record`: the SDK takes attributes, events and
 * the like. `end`: it ends a span, with its processors. `export`: exporters. `spanmeter`: spanmeter's own processor.
 */
export type TracingComponent = 'start' | 'unsampled' | 'record' | 'end' | 'export' | 'spanmeter'

/** CPU time of a component so far. It never decreases. */
export interface ComponentCpu {
  component: TracingComponent
  /** Instrumentation scope of the spans, for components that know it; `''` for scopes without a name and beyond 100. */
  scope?: string
  timeMs: number
}

const ofScopes = ['start', 'record', 'end'] as const
type ScopeAccounts = Readonly<Record<(typeof ofScopes)[number], Account>>

const maxScopes = 100

/** The accounts of tracing. */
export class TracingAccounts {
  readonly unsampled = standing()
  readonly export = standing()
  readonly spanmeter = standing()
  readonly #others = standingOfScope()
  readonly #scopes = new Map([['', this.#others]])

  of(scope: string): ScopeAccounts {
    return this.#scopes.get(scope) ?? this.#add(scope)
  }

  #add(scope: string): ScopeAccounts {
    if (this.#scopes.size > maxScopes) return this.#others
    try {
      const accounts = standingOfScope()
      this.#scopes.set(scope, accounts)
      return accounts
    } catch {
      return this.#others
    }
  }

  /** CPU time of each component so far. Components that never did anything are left out. */
  read(): ComponentCpu[] {
    attribution.sums()
    const all: ComponentCpu[] = (['unsampled', 'export', 'spanmeter'] as const).map((component) => {
      return { component, timeMs: attribution.selfMs(this[component]) }
    })
    for (const [scope, accounts] of this.#scopes) {
      for (const component of ofScopes) {
        all.push({ component, scope, timeMs: attribution.selfMs(accounts[component]) })
      }
    }
    return all.filter(({ timeMs }) => timeMs > 0)
  }

  close(): void {
    const scopes = [...this.#scopes.values()]
    const accounts = [
      this.unsampled,
      this.export,
      this.spanmeter,
      ...scopes.flatMap((scope) => Object.values(scope) as Account[]),
    ]
    for (const account of accounts) attribution.close(account)
  }
}

function standingOfScope(): ScopeAccounts {
  return { start: standing(), record: standing(), end: standing() }
}

function standing(): Account {
  const account = attribution.openStanding()
  if (account === undefined) throw new Error('too many spans are open')
  return account
}
