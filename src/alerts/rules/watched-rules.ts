import type { Reading } from '../readings/reading.js'
import { RuleGroup } from './rule-group.js'
import type { Report, WatchedRule } from './watched-rule.js'

/** All rules, by their names and by what they read. */
export class WatchedRules {
  readonly #byName = new Map<string, WatchedRule>()
  readonly #groups = new Map<Reading, RuleGroup>()

  get size(): number {
    return this.#byName.size
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  namesOf(phase: 'pending' | 'firing'): string[] {
    return [...this.#byName.values()].filter(({ state }) => state.phase === phase).map(({ rule }) => rule.name)
  }

  /** What any of them reads. */
  readings(): Set<Reading> {
    return new Set(this.#groups.keys())
  }

  add(watched: WatchedRule): void {
    const { rule, reading } = watched
    this.#byName.set(rule.name, watched)
    const group = this.#groups.get(reading) ?? new RuleGroup(reading)
    group.add(watched)
    this.#groups.set(reading, group)
  }

  /** Undefined if there was none. */
  remove(name: string): WatchedRule | undefined {
    const watched = this.#byName.get(name)
    if (watched === undefined) return undefined
    this.#byName.delete(name)
    const group = this.#groups.get(watched.reading)!
    group.remove(watched)
    if (group.isEmpty) this.#groups.delete(watched.reading)
    return watched
  }

  look(report: Report): void {
    for (const group of this.#groups.values()) group.look(report)
  }
}
