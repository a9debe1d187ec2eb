import { performanceNow } from '../../clock.js'
import type { CheckedRule } from '../rules/rule-options.js'

const hourMs = 3_600_000

/** What one channel must not be sent now. Only what was delivered counts: neither attempts nor what was suppressed. */
export class CooldownAndLimit {
  readonly #maxPerHour: number
  /** By the name of the rule. */
  readonly #deliveredMs = new Map<string, number>()
  #lastHour: number[] = []

  constructor(maxPerHour: number) {
    this.#maxPerHour = maxPerHour
  }

  allows({ name, cooldownMs }: Pick<CheckedRule, 'name' | 'cooldownMs'>): boolean {
    const now = performanceNow()
    const deliveredMs = this.#deliveredMs.get(name)
    if (deliveredMs !== undefined && now - deliveredMs < cooldownMs) return false
    this.#lastHour = this.#lastHour.filter((atMs) => now - atMs < hourMs)
    return this.#maxPerHour === 0 || this.#lastHour.length < this.#maxPerHour
  }

  delivered({ name }: Pick<CheckedRule, 'name'>): void {
    const now = performanceNow()
    this.#deliveredMs.set(name, now)
    if (this.#maxPerHour > 0) this.#lastHour.push(now)
  }
}
