import type { Reading } from '../readings/reading.js'
import type { Condition } from '../types.js'
import type { Report, WatchedRule } from './watched-rule.js'

/**
 * The rules about one reading, in order of their thresholds. A look goes to those that are pending or fire, and to those
 * whose condition may hold by the extremes of what was read: not to the others, however many there are.
 */
export class RuleGroup {
  readonly #reading: Reading
  readonly #inOrder: Record<Condition, WatchedRule[]> = { greater_than: [], less_than: [], equals: [] }
  readonly #active = new Set<WatchedRule>()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  get isEmpty(): boolean {
    return Object.values(this.#inOrder).every((rules) => rules.length === 0)
  }

  add(watched: WatchedRule): void {
    const { condition } = watched.rule
    const direction = condition === 'less_than' ? -1 : 1
    const rules = this.#inOrder[condition]
    rules.push(watched)
    rules.sort((a, b) => direction * (a.rule.threshold - b.rule.threshold))
  }

  remove(watched: WatchedRule): void {
    const rules = this.#inOrder[watched.rule.condition]
    rules.splice(rules.indexOf(watched), 1)
    this.#active.delete(watched)
  }

  look(report: Report): void {
    const { low, high } = this.#reading.range
    const { greater_than: above, less_than: below, equals } = this.#inOrder
    for (const watched of this.#active) watched.look(report)
    for (const watched of above) {
      if (watched.rule.threshold >= high) break
      this.#begin(watched, report)
    }
    for (const watched of below) {
      if (watched.rule.threshold <= low) break
      this.#begin(watched, report)
    }
    for (const watched of equals) {
      const { threshold } = watched.rule
      if (threshold > high) break
      if (threshold >= low) this.#begin(watched, report)
    }
    for (const watched of this.#active) if (watched.state.phase === 'inactive') this.#active.delete(watched)
  }

  /** Each is looked at once: also one that has just ended. */
  #begin(watched: WatchedRule, report: Report): void {
    if (this.#active.has(watched)) return
    watched.look(report)
    if (watched.state.phase !== 'inactive') this.#active.add(watched)
  }
}
